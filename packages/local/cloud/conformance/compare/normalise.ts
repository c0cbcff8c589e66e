import type { Json } from "@darkroom/states";
import { expandJson, isObject } from "./expand-json.ts";
import { replacePath } from "./replace-path.ts";

export interface Normalisation {
  readonly regex: readonly (readonly [pattern: string, replacement: string])[];
  readonly jsonpath: readonly (readonly [path: string, replacement: string])[];
}

/** What a run is named, and how a recording names it. */
export type KnownNames = readonly (readonly [actual: string, recorded: string])[];

/**
 * Makes a record as AWS gives it look as the recorder wrote its own: JSON objects expanded, the case's replacements made,
 * region, partition and names taken out.
 * @param expected what was recorded: a path's replacement that is numbered there (`<task_token:1>`) is a placeholder, of
 *   which the value is still needed to see that equal numbers stand for equal values
 */
export function normalise(
  record: Json,
  { regex, jsonpath }: Normalisation,
  names: KnownNames,
  expected: Json,
): Json {
  const recorded = JSON.stringify(expected);
  let value = expandJson(record);
  for (const [path, replacement] of jsonpath) {
    if (recorded.includes(`<${replacement}:`)) continue;
    value = replacePath(value, path, replacement);
  }
  let text = JSON.stringify(value);
  for (const [pattern, replacement] of regex) {
    // In a Python replacement a backslash escapes a backslash.
    text = text.replace(new RegExp(pattern, "g"), () => replacement.replaceAll("\\\\", "\\"));
  }
  text = text.replaceAll("us-east-1", "<region>").replaceAll("arn:aws:", "arn:<partition>:");
  for (const [actual, shown] of names) text = text.replaceAll(actual, shown);
  return JSON.parse(text) as Json;
}

/** Header and member names that differ with each call. */
const ignoredName = /^(x-amzn-.*|x-amz-(request-id|id-2)|request-?id|redrive.*)$/i;
const ignoredOfCall: ReadonlySet<string> = new Set([
  "ResponseMetadata",
  "billingDetails",
  "event_timestamp",
]);

/** Takes out what the comparison rules ignore, wherever it stands; `timestamp` and `roleArn` of events go by themselves. */
export function withoutIgnored(value: Json): Json {
  if (typeof value === "string") {
    return value
      .replace(/"stackTrace": ?\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]/g, '"stackTrace":[]')
      .replace(/"requestId": ?"?[^",}]*"/g, '"requestId":""');
  }
  if (Array.isArray(value)) return value.map(withoutIgnored);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !ignoredName.test(key) && !ignoredOfCall.has(key) && key !== "stackTrace")
      .map(([key, one]) => [key, withoutIgnored(one)]),
  );
}

/** What is left of an event to compare, beside its place in the history. */
export function eventDetails(event: Json): Json {
  if (!isObject(event)) return event;
  const { id: _, previousEventId: __, timestamp: ___, ...rest } = event;
  return Object.fromEntries(
    Object.entries(rest).map(([key, details]) => {
      if (key !== "executionStartedEventDetails" || !isObject(details)) return [key, details];
      const { roleArn: _, ...others } = details;
      return [key, others];
    }),
  );
}
