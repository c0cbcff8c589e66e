import { readErrorNames } from "./error-names.ts";
import type { Fields } from "./fields.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error */
export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly backoffRate: number;
  readonly maxAttempts: number;
  readonly maxDelaySeconds: number | undefined;
  readonly fullJitter: boolean;
}

export function parseRetriers(state: Fields): Retrier[] {
  const entries = state.items("Retry", { mayBeEmpty: true }) ?? [];
  return entries.map((fields, index) => {
    fields.string("Comment");
    const retrier: Retrier = {
      errors: readErrorNames(fields, index === entries.length - 1),
      intervalSeconds: fields.integer("IntervalSeconds", { minimum: 0, maximum: 99_999_999 }) ?? 1,
      backoffRate: fields.number("BackoffRate", { minimum: 1 }) ?? 2,
      maxAttempts: fields.integer("MaxAttempts", { minimum: 0, maximum: 99_999_999 }) ?? 3,
      maxDelaySeconds: fields.integer("MaxDelaySeconds", { minimum: 1, maximum: 31_622_400 }),
      fullJitter: fields.oneOf("JitterStrategy", ["NONE", "FULL"]) === "FULL",
    };
    fields.close();
    return retrier;
  });
}

/**
 * How long to wait before the next try, in milliseconds.
 * @param attempt 0 before the first retry by this retrier
 * @param draw gives the share of the delay that full jitter leaves, after the cap
 */
export function retryDelayMs(retrier: Retrier, attempt: number, draw: () => number): number {
  // The power may be Infinity, and 0 * Infinity is no number.
  const grown =
    retrier.intervalSeconds === 0 ? 0 : retrier.intervalSeconds * retrier.backoffRate ** attempt;
  const seconds = Math.min(grown, retrier.maxDelaySeconds ?? Number.MAX_SAFE_INTEGER / 1000);
  return Math.round(seconds * 1000 * (retrier.fullJitter ? draw() : 1));
}
