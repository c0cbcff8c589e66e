import {
  arnPattern,
  contextValue,
  knownConditionKey,
  type Pattern,
  type RequestContext,
  variablePattern,
} from "./pattern.ts";

/** One condition of a statement; all of them have to hold. */
export type Condition = (context: RequestContext) => boolean;

/** Compares a value that the request has with those that the policy names. */
interface Operator {
  /** @throws Error for a value that the operator can't compare with */
  read(wanted: string): Pattern;
  /** The operator's name says Not: it holds when none of the policy's values match, and when the key isn't there. */
  readonly negated?: true;
}

const text = (options: { wild: boolean; ignoreCase?: boolean }): Operator["read"] => {
  return (wanted) => variablePattern(wanted, options);
};
const equals = text({ wild: false });
const equalsIgnoringCase = text({ wild: false, ignoreCase: true });
const like = text({ wild: true });

const numeric =
  (holds: (value: number, wanted: number) => boolean): Operator["read"] =>
  (wanted) => {
    const number = numberOf(wanted);
    if (number === undefined) throw new Error(`"${wanted}" is not a number`);
    return {
      text: wanted,
      matches(value) {
        const given = numberOf(value);
        return given !== undefined && holds(given, number);
      },
    };
  };

function numberOf(written: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?$/.test(written) ? Number(written) : undefined;
}

/** Everything would be an ARN that the condition doesn't ask for: AWS compares it with none. */
function arn(wanted: string): Pattern {
  if (wanted === "*") throw new Error('"*" is no ARN');
  return arnPattern(wanted);
}

function bool(wanted: string): Pattern {
  if (!/^(true|false)$/i.test(wanted)) throw new Error(`"${wanted}" is neither true nor false`);
  return {
    text: wanted,
    matches: (value) => value.toLowerCase() === wanted.toLowerCase(),
  };
}

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html; any but Null may
 * end in IfExists. Dates, addresses, binary values and sets of values (ForAllValues, ForAnyValue) are not supported.
 */
const operators: Readonly<Record<string, Operator>> = {
  StringEquals: { read: equals },
  StringNotEquals: { read: equals, negated: true },
  StringEqualsIgnoreCase: { read: equalsIgnoringCase },
  StringNotEqualsIgnoreCase: { read: equalsIgnoringCase, negated: true },
  StringLike: { read: like },
  StringNotLike: { read: like, negated: true },
  // ArnEquals and ArnLike are the same operator, as IAM documents.
  ArnEquals: { read: arn },
  ArnLike: { read: arn },
  ArnNotEquals: { read: arn, negated: true },
  ArnNotLike: { read: arn, negated: true },
  NumericEquals: { read: numeric((value, wanted) => value === wanted) },
  NumericNotEquals: { read: numeric((value, wanted) => value === wanted), negated: true },
  NumericLessThan: { read: numeric((value, wanted) => value < wanted) },
  NumericLessThanEquals: { read: numeric((value, wanted) => value <= wanted) },
  NumericGreaterThan: { read: numeric((value, wanted) => value > wanted) },
  NumericGreaterThanEquals: { read: numeric((value, wanted) => value >= wanted) },
  Bool: { read: bool },
};

/** @throws Error for an operator, key or value that can't be evaluated here */
export function readCondition(name: string, key: string, wanted: readonly string[]): Condition {
  const known = knownConditionKey(key);
  if (name === "Null") return isNull(known, wanted);
  const ifExists = name.endsWith("IfExists");
  const bare = ifExists ? name.slice(0, -"IfExists".length) : name;
  const operator = Object.hasOwn(operators, bare) ? operators[bare] : undefined;
  if (operator === undefined) {
    throw new Error(`the local cloud does not support the condition operator ${name}`);
  }
  const patterns = wanted.map(operator.read);
  const negated = operator.negated === true;
  return (context) => {
    const value = contextValue(context, known);
    if (value === undefined) return negated || ifExists;
    return patterns.some((pattern) => pattern.matches(value, context)) !== negated;
  };
}

function isNull(key: string, wanted: readonly string[]): Condition {
  const patterns = wanted.map(bool);
  return (context) => {
    const missing = String(contextValue(context, key) === undefined);
    return patterns.some((pattern) => pattern.matches(missing, context));
  };
}
