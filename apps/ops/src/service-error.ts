import { codeOf } from "./failure.ts";

/** Codes of errors that the network makes, not the service. */
const networkCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** Whether nobody answered. */
export function isOutage(error: unknown): boolean {
  return (
    networkCodes.has(codeOf(error)) ||
    (error instanceof Error &&
      (error.name === "TimeoutError" || error.message === "socket hang up"))
  );
}

/** Whether the same call may go well a moment later: nobody answered, or the service had enough. */
export function mayPass(error: unknown): boolean {
  if (isOutage(error)) return true;
  const status = statusOf(error);
  return status !== undefined && (status >= 500 || status === 429);
}

/** Whether the service answered that it did not do what was asked, rather than nothing or a fault of its own. */
export function isTurnedDown(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status >= 400 && status < 500;
}

/** Whether the caller is unknown or may not do this: so will it be for every other photo. */
export function isRefusal(error: unknown): boolean {
  return [401, 403].includes(statusOf(error) ?? 0);
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}
