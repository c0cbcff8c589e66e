import type { z } from "zod";
import type { AwsError } from "../aws-error.ts";
import { serializationError, validationError } from "./validation-error.ts";

/** Parameters from before expressions, with what took their place. */
const legacyParameters: Readonly<Record<string, string>> = {
  AttributesToGet: "ProjectionExpression",
  AttributeUpdates: "UpdateExpression",
  ConditionalOperator: "AND and OR in an expression",
  Expected: "ConditionExpression",
  KeyConditions: "KeyConditionExpression",
  QueryFilter: "FilterExpression",
  ScanFilter: "FilterExpression",
};

/**
 * Parses a request. The constraints of the API's shapes are refused in AWS's words, counted and joined as AWS does;
 * a parameter that is not supported is refused by its name.
 */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  raw: unknown,
): z.output<Schema> {
  const result = schema.safeParse(raw, { reportInput: true });
  if (result.success) return result.data;
  const { issues } = result.error;
  throw (
    firstDefined(issues, unsupportedParameter) ??
    firstDefined(issues, wrongType) ??
    constraintErrors(issues)
  );
}

type Issue = z.core.$ZodIssue;

function firstDefined(
  issues: readonly Issue[],
  read: (issue: Issue) => AwsError | undefined,
): AwsError | undefined {
  for (const issue of issues) {
    const error = read(issue);
    if (error !== undefined) return error;
  }
  return undefined;
}

function unsupportedParameter(issue: Issue): AwsError | undefined {
  if (issue.code !== "unrecognized_keys") return undefined;
  const [key = ""] = issue.keys;
  const parameter = [...issue.path, key].join(".");
  const instead = Object.hasOwn(legacyParameters, key) ? legacyParameters[key] : undefined;
  return validationError(
    instead === undefined
      ? `The local cloud does not support the parameter ${parameter}.`
      : `The local cloud does not support the legacy parameter ${parameter}: use ${instead}.`,
  );
}

function wrongType(issue: Issue): AwsError | undefined {
  const isMismatch = issue.code === "invalid_type" || issue.code === "custom";
  if (!isMismatch || issue.input === undefined) return undefined;
  return serializationError(
    `The parameter ${issue.path.join(".") || "input"} has the wrong type: ${issue.message}`,
  );
}

function constraintErrors(issues: readonly Issue[]): AwsError {
  const errors = issues.map(
    (issue) =>
      `Value${formatValue(issue.input)} at '${memberPath(issue)}' failed to satisfy constraint: ${constraintOf(issue)}`,
  );
  return validationError(
    `${errors.length} validation error${errors.length === 1 ? "" : "s"} detected: ${errors.join("; ")}`,
  );
}

/** The constraint as the API's model has it; the path is in lower camel case, list members counted from 1. */
function constraintOf(issue: Issue): string {
  if (issue.input === undefined) return "Member must not be null";
  switch (issue.code) {
    case "invalid_value":
      return `Member must satisfy enum value set: [${issue.values.join(", ")}]`;
    case "too_small":
      return `Member must have ${measureOf(issue.origin)} greater than or equal to ${issue.minimum}`;
    case "too_big":
      return `Member must have ${measureOf(issue.origin)} less than or equal to ${issue.maximum}`;
    case "invalid_format":
      return `Member must satisfy regular expression pattern: ${(issue.pattern ?? "").replace(/^\/\^|\$\/$/g, "")}`;
    default:
      return issue.message;
  }
}

const measureOf = (origin: string): string =>
  origin === "number" || origin === "int" ? "value" : "length";

function memberPath({ path }: Issue): string {
  return path
    .map((element, position) => {
      // Batches have a map of tables, which keep their names.
      if (path[position - 1] === "RequestItems") return `${String(element)}.member`;
      return typeof element === "number"
        ? `${element + 1}.member`
        : String(element).replace(/^[A-Z]/, (letter) => letter.toLowerCase());
    })
    .join(".");
}

/** A value that has members may be megabytes: it is not repeated. */
function formatValue(input: unknown): string {
  if (input === undefined) return " null";
  if (typeof input !== "object") return ` '${String(input)}'`;
  return Array.isArray(input) && input.length === 0 ? " '[]'" : "";
}
