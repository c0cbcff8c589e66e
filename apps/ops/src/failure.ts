/** A failure that one line tells: what is wrong and what to do. Ends the command with exit code 1. */
export class Failure extends Error {
  readonly exitCode: number = 1;
  override readonly name: string = "Failure";
}

/** The command was called in a way that can't work: exit code 2. */
export class UsageError extends Failure {
  override readonly exitCode = 2;
  override readonly name = "UsageError";
}

/** There is nothing to do: for scripts that do it until then. */
export class NothingWaits extends Failure {
  override readonly exitCode = 3;
  override readonly name = "NothingWaits";
}

/** Ctrl-C, before the command was done. */
export class Interrupted extends Failure {
  /** 128 + SIGINT, as shells have it. */
  override readonly exitCode = 130;
  override readonly name = "Interrupted";
}

/** What to throw for an error of work that a signal ends: what Ctrl-C broke off is no failure of its own. */
export function unlessInterrupted(error: unknown, signal: AbortSignal, message: string): unknown {
  return signal.aborted && !(error instanceof Failure)
    ? new Interrupted(message, { cause: error })
    : error;
}

/** The line that tells an error; with the fields of an AWS SDK error where it is one. */
export function lineOf(error: unknown): string {
  const text =
    error instanceof Failure
      ? error.message
      : error instanceof Error
        ? `${error.name === "Error" ? "" : `${error.name}: `}${error.message || codeOf(error)}`
        : String(error);
  return text.replace(/\s*[\r\n]+\s*/g, " ").trim();
}

/** The code of a system error (`ECONNREFUSED`), also of an error that carries several of them. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : "";
}
