import { setTimeout as sleep } from "node:timers/promises";
import { namedByStatus, namedConnectionFailure } from "@darkroom/lambda";

/** Calls of S3 that are tried again, and counted. */
export interface RetryingCalls {
  /**
   * @param send one attempt; ends when the signal does
   * @throws what the last attempt did; a failed connection as `ConnectionError`
   */
  call<T>(send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T>;
  /** Attempts so far. */
  readonly requests: number;
}

export interface RetryingOptions {
  /** Ends attempts and waits. */
  signal: AbortSignal;
  random?: () => number;
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * S3 asks to slow down by these (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). It adds
 * capacity while the load lasts, so that only the time left ends the trying.
 */
const throttling: ReadonlySet<string> = new Set([
  "SlowDown",
  "ServiceUnavailable",
  "ThrottlingException",
  "TooManyRequestsException",
]);

/** May pass, and may be this object's alone: then the others shouldn't wait for it. */
const outages: ReadonlySet<string> = new Set([
  "InternalError",
  "RequestTimeout",
  "OperationAborted",
  // Somebody else is writing the key.
  "ConditionalRequestConflict",
  "ConnectionError",
  "TimeoutError",
]);
const mostAttempts = 6;

/** In milliseconds. Full jitter: any time up to a bound that doubles. */
const firstBound = 100;
const largestBound = 20_000;

export const isThrottling = (error: unknown): boolean => throttling.has(nameOf(error));

/**
 * The machine's Retry would begin with the whole shard, so each call is retried here, and the client has
 * to be one that makes a single attempt.
 */
export function retryingCalls({
  signal,
  random = Math.random,
  wait = (milliseconds, ended) => sleep(milliseconds, undefined, { signal: ended }),
}: RetryingOptions): RetryingCalls {
  let requests = 0;
  return {
    get requests() {
      return requests;
    },

    async call(send) {
      for (let attempt = 1; ; attempt += 1) {
        signal.throwIfAborted();
        requests += 1;
        try {
          return await send({ abortSignal: signal });
        } catch (thrown) {
          const error = namedByStatus(namedConnectionFailure(thrown));
          const again =
            isThrottling(error) || (outages.has(nameOf(error)) && attempt < mostAttempts);
          if (!again || signal.aborted) throw error;
          const bound = Math.min(largestBound, firstBound * 2 ** (attempt - 1));
          // What it waited for is more telling than that the time is over.
          await wait(random() * bound, signal).catch(() => Promise.reject(error));
        }
      }
    },
  };
}

/** An error's name; "" for what is none. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}
