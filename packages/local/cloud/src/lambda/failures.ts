import { constants } from "node:os";

/** What Lambda answers in a handler's place when its process did not get to answer. */
export interface Failure {
  readonly errorType: string;
  readonly errorMessage: string;
}

export const timedOut = (requestId: string, timeoutSeconds: number): Failure => ({
  errorType: "Sandbox.Timedout",
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
});

export const exited = (
  requestId: string,
  exit: { code: number | null; signal: NodeJS.Signals | null },
): Failure => ({
  errorType: "Runtime.ExitError",
  errorMessage: `RequestId: ${requestId} Error: ${exitReason(exit)}`,
});

function exitReason({ code, signal }: { code: number | null; signal: NodeJS.Signals | null }) {
  if (signal !== null) return `Runtime exited with error: signal: ${signalText(signal)}`;
  if (code === 0) return "Runtime exited without providing a reason";
  return `Runtime exited with error: exit status ${code}`;
}

/** Signals in the words of the Go library that Lambda's supervisor is written with. */
const signalTexts: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: "aborted",
  SIGBUS: "bus error",
  SIGFPE: "floating point exception",
  SIGHUP: "hangup",
  SIGILL: "illegal instruction",
  SIGINT: "interrupt",
  SIGKILL: "killed",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
  SIGTRAP: "trace/breakpoint trap",
};

const signalText = (signal: NodeJS.Signals): string =>
  signalTexts[signal] ?? `signal ${constants.signals[signal]}`;
