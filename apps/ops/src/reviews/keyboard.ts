import { createInterface } from "node:readline/promises";
import type { ReadStream } from "node:tty";

/** Single keys and lines of the one who sits at the terminal. */
export interface Keyboard {
  /** The next key that is pressed from now on; undefined when the signal is aborted or the input ends. */
  key(signal: AbortSignal): Promise<string | undefined>;
  /** A line; undefined as above. */
  line(prompt: string, signal: AbortSignal): Promise<string | undefined>;
  /** Gives the terminal back as it was. */
  close(): void;
}

const ctrlC = "\u0003";
const ctrlD = "\u0004";

/**
 * Listens all the time and forgets what is pressed while nobody waits for a key: one that was pressed
 * too early would decide about a photo that was not shown yet.
 */
export function terminalKeyboard(
  input: ReadStream,
  output: NodeJS.WritableStream,
  interrupt: () => void = () => process.kill(process.pid, "SIGINT"),
): Keyboard {
  let waiting: ((key: string | undefined) => void) | undefined;
  let ended = false;
  let typing = false;
  const onData = (chunk: Buffer | string) => {
    if (typing) return;
    // One press, which may be several bytes; what was pasted matches no key.
    const key = chunk.toString();
    // A terminal in raw mode leaves this to us.
    if (key === ctrlC) interrupt();
    else if (key === ctrlD) waiting?.(undefined);
    else waiting?.(key);
  };
  const onEnd = () => {
    ended = true;
    waiting?.(undefined);
  };
  const listen = () => {
    input.setRawMode(true);
    input.resume();
  };
  input.on("data", onData);
  input.once("end", onEnd);
  listen();

  return {
    async key(signal) {
      if (signal.aborted || ended) return undefined;
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      const onAbort = () => resolve(undefined);
      signal.addEventListener("abort", onAbort, { once: true });
      waiting = resolve;
      try {
        return await promise;
      } finally {
        waiting = undefined;
        signal.removeEventListener("abort", onAbort);
      }
    },

    async line(prompt, signal) {
      if (signal.aborted || ended) return undefined;
      typing = true;
      const lines = createInterface({ input, output, terminal: true, historySize: 0 });
      lines.on("SIGINT", interrupt);
      const closed = Promise.withResolvers<undefined>();
      lines.once("close", () => closed.resolve(undefined));
      try {
        // An aborted question is one without an answer.
        const answered = lines.question(prompt, { signal }).catch(() => undefined);
        return await Promise.race([answered, closed.promise]);
      } finally {
        lines.close();
        typing = false;
        listen();
      }
    },

    close() {
      input.off("data", onData);
      input.off("end", onEnd);
      input.setRawMode(false);
      input.pause();
    },
  };
}
