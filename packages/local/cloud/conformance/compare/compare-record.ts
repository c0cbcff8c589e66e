import type { Json } from "@darkroom/states";
import { compareHistory } from "./compare-history.ts";
import { compareJson, type Difference } from "./compare-json.ts";
import { isObject, type JsonObject } from "./expand-json.ts";
import { readEvents } from "./history-event.ts";
import { type KnownNames, type Normalisation, normalise, withoutIgnored } from "./normalise.ts";
import { Bindings, wordsIn } from "./placeholders.ts";

/** Both sides, made alike, as they are compared. */
export interface ComparedRecords {
  readonly expected: JsonObject;
  readonly actual: JsonObject;
  /** The first that was found; undefined: the run did as AWS did. */
  readonly difference: Difference | undefined;
}

/** What of a record is compared where the recording has it, after status, output, error, cause and events. */
const answers = ["describe", "sync", "end_event"] as const;

/**
 * Compares what an execution did with what was recorded of it on AWS.
 * @param actual DescribeExecution's status, output, error and cause, `events` of GetExecutionHistory, and whole answers
 * @param names of the run, where a recording has placeholders that stand for one name each
 * @param given the case's definition and input as text: words in it that look like placeholders are data
 */
export function compareRecord(
  expected: JsonObject,
  actual: JsonObject,
  normalisation: Normalisation,
  names: KnownNames,
  given = "",
): ComparedRecords {
  // Some recordings number names in another way.
  const shown = names.filter(([, recorded]) => JSON.stringify(expected).includes(recorded));
  const normalised = endFromHistory(normalise(actual, normalisation, shown, expected));
  const sides = {
    expected: asObject(withoutIgnored(expected)),
    actual: asObject(withoutIgnored(normalised)),
  };
  const replaced = [...normalisation.regex, ...normalisation.jsonpath, ...shown];
  const literal = wordsIn([given, "<region><partition>", ...replaced.map(([, to]) => to)].join(""));
  const bindings = new Bindings(new Set(literal));
  const difference =
    disagreement(actual) ?? firstDifference(sides.expected, sides.actual, bindings);
  return { ...sides, difference };
}

function firstDifference(
  expected: JsonObject,
  actual: JsonObject,
  bindings: Bindings,
): Difference | undefined {
  const end = compareJson(expected.status, actual.status, bindings, "status");
  if (end !== undefined) return end;
  if (expected.events !== undefined) {
    const events = compareHistory(readEvents(expected.events), readEvents(actual.events), bindings);
    if (events !== undefined) return events;
  }
  for (const field of ["output", "error", "cause"] as const) {
    const found = compareJson(expected[field], actual[field], bindings, field, true);
    if (found !== undefined) return found;
  }
  for (const answer of answers) {
    if (expected[answer] === undefined) continue;
    const found = compareJson(expected[answer], actual[answer], bindings, answer);
    if (found !== undefined) return found;
  }
  return undefined;
}

const ends = ["output", "error", "cause"] as const;

/** An execution must not tell another end than its history. */
function disagreement(actual: JsonObject): Difference | undefined {
  const told = lastDetails(actual);
  const field = told && ends.find((one) => told[one] !== actual[one]);
  return (
    field && { path: `${field} of the last event`, expected: actual[field], actual: told[field] }
  );
}

/** The recorder took output, error and cause from the last event, after the replacements that paths make in events. */
function endFromHistory(record: Json): Json {
  const told = isObject(record) ? lastDetails(record) : undefined;
  if (told === undefined || !isObject(record)) return record;
  const end = ends.flatMap((field) => (told[field] === undefined ? [] : [[field, told[field]]]));
  return { ...record, ...Object.fromEntries(end) };
}

function lastDetails({ events }: JsonObject): JsonObject | undefined {
  const last: Json | undefined = Array.isArray(events) ? events.at(-1) : undefined;
  if (!isObject(last) || !/^Execution[A-Z]/.test(String(last.type))) return undefined;
  const details = Object.entries(last).find(([name]) => name.endsWith("EventDetails"))?.[1];
  return isObject(details) ? details : {};
}

const asObject = (value: Json): JsonObject => (isObject(value) ? value : {});
