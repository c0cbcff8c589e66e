import { UsageError } from "../failure.ts";
import { defaultUser } from "../upload/owner.ts";

const longestName = 200;
const longestReason = 2000;

/**
 * Who decides, for the record: what was given, else the system's user.
 * @param source where it was given, for the message
 * @throws UsageError
 */
export function reviewerName(given: string | undefined, source: string): string {
  if (given === undefined) return defaultUser();
  return checked(given, source, longestName);
}

/** @throws UsageError for a reason that says nothing, or more than a record should hold */
export function reviewReason(given: string): string {
  return checked(given, "--reason", longestReason);
}

function checked(given: string, source: string, longest: number): string {
  const text = given.trim();
  if (text === "") throw new UsageError(`${source} is empty`);
  if (text.length > longest) {
    throw new UsageError(`${source} has ${text.length} characters: at most ${longest}`);
  }
  if (/\p{Cc}|\p{Cs}/u.test(text)) throw new UsageError(`${source} has control characters in it`);
  return text;
}

/**
 * A reviewer as GetActivityTask takes a worker's name: 1 to 80 characters, few signs
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html).
 */
export function workerNameOf(by: string): string {
  return by.replace(/[^\p{L}\p{N}._@-]+/gu, "-").slice(0, 80);
}
