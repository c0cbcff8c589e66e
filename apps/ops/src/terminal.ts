import { styleText } from "node:util";
import { fitText } from "./table/fit-text.ts";

export type Style = "bold" | "dim" | "green" | "yellow" | "red" | "cyan";

/** What a stream of a terminal is, as far as this needs it. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where a command writes: its answer to stdout, everything beside it to stderr. */
export interface Terminal {
  /** A line of the answer. */
  print(line: string): void;
  /** A line beside the answer: progress, logs, advice. */
  note(line: string): void;
  /** Redraws the one line that shows how far things are; only seen where stderr is a terminal. */
  showStatus(line: string): void;
  /** Takes that line away. */
  clearStatus(): void;
  /** Whether somebody watches the status line. */
  readonly live: boolean;
  /** Columns that a line of the answer may take; Infinity where it goes into a file or a pipe. */
  readonly width: number;
  /** Styles a part of the answer, unless it goes into a file or NO_COLOR is set. */
  style(style: Style, text: string): string;
}

export function createTerminal(
  stdout: OutputStream,
  stderr: OutputStream,
  env: NodeJS.ProcessEnv,
): Terminal {
  let status = "";
  const erase = () => {
    if (status !== "") stderr.write("\r\x1b[2K");
  };
  const draw = () => {
    if (status !== "") stderr.write(fitText(status, (stderr.columns ?? 80) - 1));
  };
  const above = (write: () => void) => {
    erase();
    write();
    draw();
  };
  const live = stderr.isTTY === true && env.TERM !== "dumb";
  const colored = wantsColor(stdout, env);

  return {
    print: (line) => above(() => stdout.write(`${line}\n`)),
    note: (line) => above(() => stderr.write(`${line}\n`)),
    showStatus(line) {
      if (!live || line === status) return;
      erase();
      status = line;
      draw();
    },
    clearStatus() {
      erase();
      status = "";
    },
    live,
    get width() {
      return stdout.isTTY === true ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
    },
    style: (style, text) =>
      colored && text !== "" ? styleText(style, text, { validateStream: false }) : text,
  };
}

/** https://no-color.org and https://force-color.org: a variable counts when it isn't empty. */
function wantsColor(stream: OutputStream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return stream.isTTY === true && env.TERM !== "dumb";
}
