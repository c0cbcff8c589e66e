import type { Settings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** What every command is given. */
export interface Context {
  readonly terminal: Terminal;
  /** Read when a command needs them: asking for help needs none. @throws UsageError */
  settings(): Settings;
  /**
   * For a command that stops cleanly: aborted by the first Ctrl-C, SIGTERM or SIGHUP; another Ctrl-C
   * then ends the process at once. A command that doesn't call this ends at the first one.
   */
  interruptible(): AbortSignal;
}
