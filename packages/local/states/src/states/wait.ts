import { readJsonPathFlow } from "../definition/json-path-flow.ts";
import { readDefinitePath } from "../definition/path-fields.ts";
import { type ParseState, readTransition, type StateContext } from "../definition/state-context.ts";
import type { Frame } from "../engine/frame.ts";
import { findIfPresent, type Query } from "../payload/query.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";
import { parseTimestamp } from "../payload/timestamp.ts";
import type { Json } from "../types.ts";

const fieldNames = ["SecondsPath", "Seconds", "TimestampPath", "Timestamp"];

/** Seconds that AWS takes from the data: beyond a 32-bit number "Wait state delay is too long". */
const longestSeconds = 2 ** 31 - 1;

interface Until {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Set where a duration was asked for, not a moment. */
  readonly longestMs?: number;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html */
export function parseWait({ fields }: StateContext): ReturnType<ParseState> {
  fields.exclusive(fieldNames, "one");
  const seconds = fields.integer("Seconds", { minimum: 0, maximum: 99_999_999 });
  const secondsPath = readDefinitePath(fields, "SecondsPath");
  const timestampPath = readDefinitePath(fields, "TimestampPath");
  const timestampText = fields.string("Timestamp");
  const timestamp = timestampText === undefined ? undefined : parseTimestamp(timestampText);
  if (timestampText !== undefined && timestamp === undefined) {
    fields.refuse("String does not match RFC3339 timestamp", fields.at("Timestamp"));
  }
  const until = (frame: Frame, input: Json): Until => {
    if (secondsPath !== undefined) return after(frame, secondsAt(secondsPath, frame, input));
    if (timestampPath !== undefined) return { at: timestampAt(timestampPath, frame, input) };
    return timestamp === undefined ? after(frame, seconds ?? 0) : { at: timestamp };
  };
  return {
    flow: readJsonPathFlow(fields, {}),
    next: readTransition(fields),
    *execute(frame, input) {
      const { at, longestMs } = until(frame, input);
      yield* frame.thread.due(at, longestMs);
      return { result: input };
    },
  };
}

function after(frame: Frame, seconds: number): Until {
  return { at: frame.begunAt + seconds * 1000, longestMs: seconds * 1000 };
}

function secondsAt(path: Query, frame: Frame, input: Json): number {
  const seconds = valueAt("SecondsPath", path, frame, input);
  const shown = `${path.source} == ${typeof seconds === "string" ? seconds : JSON.stringify(seconds)}`;
  if (typeof seconds !== "number" || !Number.isInteger(seconds)) {
    throw new RuntimeFault(`The SecondsPath parameter cannot be parsed as a long value: ${shown}`);
  }
  if (seconds < 0) {
    throw new RuntimeFault(`The SecondsPath parameter references a negative value: ${shown}`);
  }
  return checkDelay(seconds);
}

function timestampAt(path: Query, frame: Frame, input: Json): number {
  const text = valueAt("TimestampPath", path, frame, input);
  const at = typeof text === "string" ? parseTimestamp(text) : undefined;
  if (at === undefined) {
    const shown = typeof text === "string" ? text : JSON.stringify(text);
    throw new RuntimeFault(
      "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: " +
        `${path.source} == ${shown}`,
    );
  }
  checkDelay((at - frame.begunAt) / 1000);
  return at;
}

function valueAt(field: string, path: Query, frame: Frame, input: Json): Json {
  const value = findIfPresent(path, frame.scope(input));
  if (value !== undefined) return value;
  throw new RuntimeFault(
    `The ${field} parameter does not reference an input value: ${path.source}`,
  );
}

function checkDelay(seconds: number): number {
  if (seconds > longestSeconds) throw new RuntimeFault("Wait state delay is too long.");
  return seconds;
}
