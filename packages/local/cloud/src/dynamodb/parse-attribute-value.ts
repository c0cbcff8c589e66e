import type { Attributes, AttributeType, AttributeValue } from "./attribute-value.ts";
import { normalizeNumber } from "./decimal.ts";
import { invalidParameters, serializationError, validationError } from "./validation-error.ts";

/** Levels of an attribute, itself the first (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html). */
const maximumLevels = 32;
const maximumNameBytes = 65_535;

/** Reads an item, a key or a map. @throws ValidationException or SerializationException in DynamoDB's words. */
export function parseAttributes(raw: Readonly<Record<string, unknown>>, level = 1): Attributes {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => {
      // A name is longer in UTF-8 than in UTF-16: most are short enough to need no count.
      if (name.length * 3 > maximumNameBytes && Buffer.byteLength(name) > maximumNameBytes) {
        throw invalidParameters("Attribute name is too large, must be less than 65536 bytes");
      }
      return [name, parseAttributeValue(value, level)];
    }),
  );
}

/** Reads one value and brings it into the form in which it is stored. */
export function parseAttributeValue(raw: unknown, level = 1): AttributeValue {
  if (level > maximumLevels) throw tooDeep();
  if (!isRecord(raw)) throw serializationError("Unexpected value type in payload");
  const given = Object.keys(raw);
  const [type, ...others] = given.filter(isAttributeType);
  if (type === undefined) {
    throw validationError(
      "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    );
  }
  const value = parsers[type](raw[type], level);
  if (others.length > 0) {
    throw validationError(
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    );
  }
  const unknown = given.find((name) => !isAttributeType(name));
  if (unknown !== undefined) throw serializationError(`There is no datatype ${unknown}.`);
  return value;
}

/** @throws ValidationException when an update has made a value deeper than an item may be. */
export function checkLevels(value: AttributeValue, level = 1): void {
  if (level > maximumLevels) throw tooDeep();
  if ("L" in value) for (const element of value.L) checkLevels(element, level + 1);
  if ("M" in value) {
    for (const attribute of Object.values(value.M)) checkLevels(attribute, level + 1);
  }
}

const parsers: Record<AttributeType, (raw: unknown, level: number) => AttributeValue> = {
  S: (raw) => ({ S: text(raw) }),
  N: (raw) => ({ N: normalizeNumber(text(raw)) }),
  B: (raw) => ({ B: base64(raw) }),
  BOOL: (raw) => ({ BOOL: boolean(raw) }),
  NULL(raw) {
    if (boolean(raw)) return { NULL: true };
    throw invalidParameters("Null attribute value types must have the value of true");
  },
  SS(raw) {
    const members = list(raw).map(text);
    if (members.length === 0) throw invalidParameters("An string set  may not be empty");
    if (hasDuplicates(members)) {
      throw invalidParameters(`Input collection [${members.join(", ")}] contains duplicates.`);
    }
    return { SS: members };
  },
  NS(raw) {
    const members = list(raw).map((member) => normalizeNumber(text(member)));
    if (members.length === 0) throw invalidParameters("An number set  may not be empty");
    if (hasDuplicates(members)) throw validationError("Input collection contains duplicates");
    return { NS: members };
  },
  BS(raw) {
    const members = list(raw).map(base64);
    if (members.length === 0) throw invalidParameters("Binary sets should not be empty");
    if (hasDuplicates(members)) {
      throw invalidParameters(
        `Input collection [${members.join(", ")}]of type BS contains duplicates.`,
      );
    }
    return { BS: members };
  },
  L: (raw, level) => ({ L: list(raw).map((element) => parseAttributeValue(element, level + 1)) }),
  M(raw, level) {
    if (!isRecord(raw)) throw serializationError("Unexpected field type");
    return { M: parseAttributes(raw, level + 1) };
  },
};

const isAttributeType = (name: string): name is AttributeType => Object.hasOwn(parsers, name);

const tooDeep = () =>
  validationError(
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
  );

const isRecord = (raw: unknown): raw is Record<string, unknown> =>
  typeof raw === "object" && raw !== null && !Array.isArray(raw);

function text(raw: unknown): string {
  if (typeof raw === "string") {
    // What has no UTF-8 form could be told apart in JSON but not in a key.
    if (raw.isWellFormed()) return raw;
    throw serializationError("The string has a lone surrogate, which is not Unicode.");
  }
  throw serializationError(`${jsonTypeOf(raw)} cannot be converted to String`);
}

function boolean(raw: unknown): boolean {
  if (typeof raw === "boolean") return raw;
  throw serializationError(`${jsonTypeOf(raw)} cannot be converted to Boolean`);
}

function list(raw: unknown): readonly unknown[] {
  if (Array.isArray(raw)) return raw;
  throw serializationError("Unexpected field type");
}

function base64(raw: unknown): string {
  const encoded = text(raw);
  if (encoded.length % 4 !== 0) {
    throw serializationError(
      `Base64 encoded length is expected a multiple of 4 bytes but found: ${encoded.length}`,
    );
  }
  if (Buffer.from(encoded, "base64").toString("base64") === encoded) return encoded;
  throw serializationError("Invalid last non-pad Base64 character dectected");
}

function jsonTypeOf(raw: unknown): string {
  if (typeof raw === "number") return Number.isInteger(raw) ? "NUMBER_VALUE" : "DECIMAL_VALUE";
  if (typeof raw === "boolean") return raw ? "TRUE_VALUE" : "FALSE_VALUE";
  if (typeof raw === "string") return "STRING_VALUE";
  return raw === null ? "NULL_VALUE" : "Start of structure or map";
}

const hasDuplicates = (members: readonly string[]): boolean =>
  new Set(members).size < members.length;
