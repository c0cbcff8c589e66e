import { InvalidPatternError } from "./pattern-error.ts";
import { parseWildcard } from "./wildcard.ts";

/** A leaf of an event: what is neither an object nor an array. */
export type Leaf = string | number | boolean | null;

/** `absent` matches a field that isn't there; every other one a leaf that is. */
export type Matcher = "absent" | ((leaf: Leaf) => boolean);

type Parse = (value: unknown) => Matcher;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
const matchTypes: Readonly<Record<string, Parse>> = {
  prefix: (value) => affix("prefix", value),
  suffix: (value) => affix("suffix", value),
  "equals-ignore-case": (value) => {
    const wanted = text("equals-ignore-case", value).toLowerCase();
    return (leaf) => typeof leaf === "string" && leaf.toLowerCase() === wanted;
  },
  wildcard: (value) => parseWildcard(text("wildcard", value)),
  "anything-but": parseAnythingBut,
  numeric: parseNumeric,
  exists(value) {
    if (typeof value !== "boolean") {
      throw new InvalidPatternError("exists match pattern must be either true or false.");
    }
    return value ? () => true : "absent";
  },
};

/** Reads one element of a field's array. @throws InvalidPatternError */
export function parseMatcher(value: unknown): Matcher {
  if (isLeaf(value)) return (leaf) => leaf === value;
  if (Array.isArray(value)) {
    throw new InvalidPatternError("Match value must be String, number, true, false, or null");
  }
  const [type, argument] = onlyEntry(value as object);
  const parse = Object.hasOwn(matchTypes, type) ? matchTypes[type] : undefined;
  if (parse !== undefined) return parse(argument);
  throw new InvalidPatternError(
    type === "cidr"
      ? "The local cloud does not support the match type cidr"
      : `Unrecognized match type ${type}`,
  );
}

function onlyEntry(value: object): [string, unknown] {
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined) throw new InvalidPatternError("Empty objects are not allowed");
  if (others.length > 0) {
    throw new InvalidPatternError("Only one key allowed in match expression");
  }
  return entry;
}

function text(type: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new InvalidPatternError(`${type} match pattern must be a string`);
}

/** `{"prefix": "x"}`, or without regard to case `{"prefix": {"equals-ignore-case": "x"}}`. */
function affix(type: "prefix" | "suffix", value: unknown): (leaf: Leaf) => boolean {
  const ignoresCase =
    typeof value === "object" && value !== null && Object.hasOwn(value, "equals-ignore-case");
  const wanted = ignoresCase
    ? text("equals-ignore-case", onlyEntry(value)[1]).toLowerCase()
    : text(type, value);
  return (leaf) => {
    if (typeof leaf !== "string") return false;
    const own = ignoresCase ? leaf.toLowerCase() : leaf;
    return type === "prefix" ? own.startsWith(wanted) : own.endsWith(wanted);
  };
}

/** What may stand in an `anything-but`, besides values: each with one string or a list of them. */
const refusals: Readonly<Record<string, (value: string) => (leaf: Leaf) => boolean>> = {
  prefix: (value) => affix("prefix", value),
  suffix: (value) => affix("suffix", value),
  "equals-ignore-case": (value) => (leaf) =>
    typeof leaf === "string" && leaf.toLowerCase() === value.toLowerCase(),
  wildcard: parseWildcard,
};

function parseAnythingBut(value: unknown): Matcher {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const [type, argument] = onlyEntry(value);
    const refusal = Object.hasOwn(refusals, type) ? refusals[type] : undefined;
    if (refusal === undefined) {
      throw new InvalidPatternError(`Unsupported anything-but pattern: ${type}`);
    }
    const refused = stringsOf(type, argument).map(refusal);
    return (leaf) => !refused.some((matches) => matches(leaf));
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const kinds = new Set(values.map((one) => typeof one));
  if (values.length === 0) throw new InvalidPatternError("Empty arrays are not allowed");
  if (!(kinds.size === 1 && (kinds.has("string") || kinds.has("number")))) {
    throw new InvalidPatternError(
      !Array.isArray(value)
        ? "Value of anything-but must be an array or single string/number value."
        : kinds.has("object") || kinds.has("boolean")
          ? "Inside anything but list, start|null|boolean is not supported."
          : "Inside anything but list, either all values are number or string, mixed type is not supported",
    );
  }
  return (leaf) => !values.includes(leaf);
}

function stringsOf(type: string, argument: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(argument) ? argument : [argument];
  if (values.length === 0) throw new InvalidPatternError("Empty arrays are not allowed");
  for (const value of values) {
    if (typeof value === "object") {
      throw new InvalidPatternError(
        "Value of anything-but must be an array or single string/number value.",
      );
    }
    if (typeof value !== "string") {
      throw new InvalidPatternError(
        type === "equals-ignore-case"
          ? "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
          : type === "wildcard"
            ? "wildcard match pattern must be a string"
            : "prefix/suffix match pattern must be a string",
      );
    }
    if (value === "" && (type === "prefix" || type === "suffix")) {
      throw new InvalidPatternError("Null prefix/suffix not allowed");
    }
  }
  return values as readonly string[];
}

const comparisons: Readonly<Record<string, (own: number, bound: number) => boolean>> = {
  "=": (own, bound) => own === bound,
  "<": (own, bound) => own < bound,
  "<=": (own, bound) => own <= bound,
  ">": (own, bound) => own > bound,
  ">=": (own, bound) => own >= bound,
};

/** `["=", n]`, or one bound or two, e.g. `[">", 0, "<=", 5]`. */
function parseNumeric(value: unknown): Matcher {
  if (!Array.isArray(value)) throw new InvalidPatternError("Value of numeric must be an array.");
  const tests: { operator: string; bound: number }[] = [];
  for (let index = 0; index < value.length; index += 2) {
    const [operator, bound]: unknown[] = value.slice(index, index + 2);
    if (typeof operator !== "string" || !Object.hasOwn(comparisons, operator)) {
      throw new InvalidPatternError(`Unrecognized numeric range operator: ${operator}`);
    }
    const first = tests[0]?.operator;
    if (tests.length > 1)
      throw new InvalidPatternError("Too many terms in numeric range expression");
    if (first !== undefined && (first === "=" || operator === "=" || first[0] === operator[0])) {
      throw new InvalidPatternError(`Bad numeric range operator: ${operator}`);
    }
    if (typeof bound !== "number") {
      throw new InvalidPatternError(`Value of ${operator} must be numeric`);
    }
    tests.push({ operator, bound });
  }
  const [one, other] = tests;
  if (one === undefined) throw new InvalidPatternError("Invalid member in numeric match: ]");
  if (other !== undefined) {
    const [bottom, top] = one.operator.startsWith(">") ? [one, other] : [other, one];
    if (bottom.bound >= top.bound) throw new InvalidPatternError("Bottom must be less than top");
  }
  return (leaf) =>
    typeof leaf === "number" &&
    tests.every(({ operator, bound }) => comparisons[operator]?.(leaf, bound));
}

const isLeaf = (value: unknown): value is Leaf => typeof value !== "object" || value === null;
