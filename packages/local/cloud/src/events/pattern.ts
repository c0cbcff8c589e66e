import { type Matcher, parseMatcher } from "./matcher.ts";
import { InvalidPatternError } from "./pattern-error.ts";

/** One condition of a pattern: a field of the event, by the names of the way to it joined with periods, and what it may be. */
export interface FieldCondition {
  readonly path: string;
  /** One of them must match. */
  readonly matchers: readonly Matcher[];
}

/** A pattern without `$or`: an event matches when it meets all conditions of one of these. */
export type Pattern = readonly (readonly FieldCondition[])[];

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html: `$or` may make as many. */
const maximumAlternatives = 1000;
const maximumDepth = 100;

/**
 * Reads an event pattern.
 * @throws InvalidPatternError for what EventBridge refuses, and for what it has and the local cloud does not
 */
export function parsePattern(json: string): Pattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(json);
  } catch (error) {
    throw new InvalidPatternError(error instanceof Error ? error.message : String(error));
  }
  if (!isObject(pattern)) throw new InvalidPatternError("Filter is not an object");
  return parseObject(pattern, "", 0);
}

function parseObject(
  object: Readonly<Record<string, unknown>>,
  path: string,
  depth: number,
): Pattern {
  const fields = Object.entries(object);
  if (fields.length === 0) throw new InvalidPatternError("Empty objects are not allowed");
  if (depth > maximumDepth) throw new InvalidPatternError("Pattern is nested too deeply");
  let alternatives: Pattern = [[]];
  for (const [name, value] of fields) {
    const own = name === "$or" ? parseOr(value, path, depth) : parseField(name, value, path, depth);
    alternatives = alternatives.flatMap((one) => own.map((other) => [...one, ...other]));
    if (alternatives.length > maximumAlternatives) {
      throw new InvalidPatternError(
        `Pattern has more than ${maximumAlternatives} combinations of $or`,
      );
    }
  }
  return alternatives;
}

function parseField(name: string, value: unknown, path: string, depth: number): Pattern {
  const own = path === "" ? name : `${path}.${name}`;
  if (isObject(value)) return parseObject(value, own, depth + 1);
  if (!Array.isArray(value)) {
    throw new InvalidPatternError(`"${name}" must be an object or an array`);
  }
  if (value.length === 0) throw new InvalidPatternError("Empty arrays are not allowed");
  return [[{ path: own, matchers: value.map(parseMatcher) }]];
}

function parseOr(value: unknown, path: string, depth: number): Pattern {
  if (!Array.isArray(value) || value.length < 2 || !value.every(isObject)) {
    throw new InvalidPatternError("$or must be an array of at least two objects");
  }
  return value.flatMap((one) => parseObject(one, path, depth + 1));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
