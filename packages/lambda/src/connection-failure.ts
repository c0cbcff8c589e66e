import { ConnectionError } from "./errors.ts";

/** What Node says of a connection that couldn't be made, or ended before the answer did. */
const codes: ReadonlySet<unknown> = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ETIMEDOUT",
]);

/**
 * A failed connection under one name. Without this the machine sees `Error`, `AggregateError` without a
 * message or `TimeoutError`, by where it failed, and can't tell it from a fault of the code.
 * @returns any other error as it is
 */
export function namedConnectionFailure(error: unknown): unknown {
  if (!(error instanceof Error && "code" in error && codes.has(error.code))) return error;
  const details = error.message === "" ? "" : `: ${error.message}`;
  return new ConnectionError(`no connection to the service (${error.code})${details}`, {
    cause: error,
  });
}
