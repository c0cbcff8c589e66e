import { AwsError } from "../../aws-error.ts";
import { type Attributes, type AttributeValue, attributeOf } from "../attribute-value.ts";
import { parseAttributeValue } from "../parse-attribute-value.ts";
import { validationError } from "../validation-error.ts";
import type { ExpressionKind, PathNode } from "./ast.ts";
import type { DocumentPath } from "./document-path.ts";
import { expressionError } from "./token-reader.ts";

/** What a request puts in the place of `#names` and `:values`, and which of it its expressions use. */
export interface Placeholders {
  path(kind: ExpressionKind, path: PathNode): DocumentPath;
  value(kind: ExpressionKind, name: string): AttributeValue;
  /** All expressions have been bound. @throws ValidationException when something was given for nothing. */
  requireAllUsed(): void;
}

interface PlaceholderInput {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * @param expressions the request's expressions by their parameter, undefined where there is none
 * @throws ValidationException when names or values are malformed or come without an expression
 */
export function readPlaceholders(
  input: PlaceholderInput,
  expressions: Readonly<Partial<Record<ExpressionKind, string | undefined>>>,
): Placeholders {
  if (
    input.ExpressionAttributeNames === undefined &&
    input.ExpressionAttributeValues === undefined
  ) {
    return noPlaceholders;
  }
  checkNeeded(input, expressions);
  const names = readNames(input.ExpressionAttributeNames);
  const values = readValues(input.ExpressionAttributeValues);
  const unusedNames = new Set(names.keys());
  const unusedValues = new Set(Object.keys(values));

  function resolveName(kind: ExpressionKind, element: string): string {
    if (!element.startsWith("#")) return element;
    const name = names.get(element);
    if (name === undefined) throw undefinedName(kind, element);
    unusedNames.delete(element);
    return name;
  }

  return {
    path(kind, path) {
      return path.map((element) =>
        typeof element === "number" ? element : resolveName(kind, element),
      ) as unknown as DocumentPath;
    },
    value(kind, name) {
      const value = attributeOf(values, name);
      if (value === undefined) throw undefinedValue(kind, name);
      unusedValues.delete(name);
      return value;
    },
    requireAllUsed() {
      for (const [parameter, unused] of [
        ["ExpressionAttributeNames", unusedNames],
        ["ExpressionAttributeValues", unusedValues],
      ] as const) {
        if (unused.size === 0) continue;
        throw validationError(
          `Value provided in ${parameter} unused in expressions: keys: {${[...unused].join(", ")}}`,
        );
      }
    },
  };
}

/** Of a request that gives none. */
const noPlaceholders: Placeholders = {
  path(kind, path) {
    const placeholder = path.find((element) => String(element).startsWith("#"));
    if (placeholder !== undefined) throw undefinedName(kind, String(placeholder));
    return path as DocumentPath;
  },
  value(kind, name) {
    throw undefinedValue(kind, name);
  },
  requireAllUsed() {},
};

const undefinedName = (kind: ExpressionKind, name: string): AwsError =>
  expressionError(
    kind,
    `An expression attribute name used in the document path is not defined; attribute name: ${name}`,
  );

const undefinedValue = (kind: ExpressionKind, name: string): AwsError =>
  expressionError(
    kind,
    `An expression attribute value used in expression is not defined; attribute value: ${name}`,
  );

function checkNeeded(
  input: PlaceholderInput,
  expressions: Readonly<Partial<Record<ExpressionKind, string | undefined>>>,
): void {
  const given = Object.values(expressions).some((expression) => expression !== undefined);
  if (input.ExpressionAttributeNames !== undefined && !given) {
    throw validationError("ExpressionAttributeNames can only be specified when using expressions");
  }
  const withValues = Object.entries(expressions).filter(
    ([parameter]) => parameter !== "ProjectionExpression",
  );
  if (
    input.ExpressionAttributeValues !== undefined &&
    withValues.every(([, expression]) => expression === undefined)
  ) {
    const parameters = withValues.map(([parameter]) => parameter);
    throw validationError(
      `ExpressionAttributeValues can only be specified when using expressions: ${parameters.join(" and ")} ${parameters.length > 1 ? "are" : "is"} null`,
    );
  }
}

function readNames(input: Readonly<Record<string, string>> | undefined): Map<string, string> {
  const entries = Object.entries(input ?? {});
  if (input !== undefined && entries.length === 0) {
    throw validationError("ExpressionAttributeNames must not be empty");
  }
  for (const [key, name] of entries) {
    if (!/^#[0-9a-zA-Z_]+$/.test(key)) {
      throw validationError(
        `ExpressionAttributeNames contains invalid key: Syntax error; key: "${key}"`,
      );
    }
    if (name === "" || Buffer.byteLength(name) > 65_535) {
      throw validationError(
        `ExpressionAttributeNames contains invalid value: ${name === "" ? "Empty attribute name" : "Attribute name is too large, must be less than 65536 bytes"} for key ${key}`,
      );
    }
  }
  return new Map(entries);
}

function readValues(input: Readonly<Record<string, unknown>> | undefined): Attributes {
  const entries = Object.entries(input ?? {});
  if (input !== undefined && entries.length === 0) {
    throw validationError("ExpressionAttributeValues must not be empty");
  }
  for (const [key] of entries) {
    if (!/^:[0-9a-zA-Z_]+$/.test(key)) {
      throw validationError(
        `ExpressionAttributeValues contains invalid key: Syntax error; key: "${key}"`,
      );
    }
  }
  return Object.fromEntries(entries.map(([key, raw]) => [key, parseValue(key, raw)]));
}

function parseValue(key: string, raw: unknown): AttributeValue {
  try {
    return parseAttributeValue(raw);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "ValidationException") throw error;
    throw validationError(
      `ExpressionAttributeValues contains invalid value: ${error.message} for key ${key}`,
    );
  }
}
