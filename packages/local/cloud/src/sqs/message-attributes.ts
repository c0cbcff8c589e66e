import { createHash, hash } from "node:crypto";
import { z } from "zod";
import { invalidParameterValue, unsupported } from "./errors.ts";
import { invalidCharacters, isMessageText } from "./message-content.ts";

/** A message attribute as the JSON protocol has it; binary values are base64. */
export const messageAttribute = z.strictObject({
  DataType: z.string(),
  StringValue: z.string().optional(),
  BinaryValue: z.base64().optional(),
  StringListValues: z.array(z.string()).optional(),
  BinaryListValues: z.array(z.string()).optional(),
});

export type MessageAttributes = Readonly<Record<string, z.infer<typeof messageAttribute>>>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
const maximumAttributes = 10;

/** Checks names, types and values, in SQS's words. @throws AwsError */
export function checkMessageAttributes(attributes: MessageAttributes): void {
  const names = Object.keys(attributes);
  if (names.length > maximumAttributes) {
    throw invalidParameterValue(
      `Number of message attributes [${names.length}] exceeds the allowed maximum [${maximumAttributes}].`,
    );
  }
  for (const [name, attribute] of Object.entries(attributes)) checkOne(name, attribute);
}

function checkOne(name: string, attribute: z.infer<typeof messageAttribute>): void {
  if (
    !/^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/.test(name) ||
    /^(aws|amazon)\./i.test(name)
  ) {
    throw invalidParameterValue(
      `Message (user) attribute name '${name}' is invalid: it can contain A-Z, a-z, 0-9, underscore, hyphen and period, up to 256 of them; it must not start with AWS. or Amazon., nor start or end with a period or have two in succession.`,
    );
  }
  if (attribute.StringListValues?.length || attribute.BinaryListValues?.length) {
    throw unsupported("message attributes with list values, which are reserved in SQS too");
  }
  const type = /^(String|Number|Binary)(\.[A-Za-z0-9_.-]+)?$/.exec(attribute.DataType)?.[1];
  if (type === undefined || attribute.DataType.length > 256) {
    throw invalidParameterValue(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  const value = type === "Binary" ? attribute.BinaryValue : attribute.StringValue;
  const other = type === "Binary" ? attribute.StringValue : attribute.BinaryValue;
  if (value === undefined || value === "" || (other !== undefined && other !== "")) {
    throw invalidParameterValue(
      `Message (user) attribute '${name}' must contain a non-empty value of type '${attribute.DataType}'.`,
    );
  }
  if (type !== "Binary" && !isMessageText(value)) throw invalidParameterValue(invalidCharacters);
  if (type === "Number" && !/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value)) {
    throw invalidParameterValue(
      `Can't cast the value of message (user) attribute '${name}' to a number.`,
    );
  }
}

/** Names, types and values count for a message's size as much as its body. */
export function sizeOfAttributes(attributes: MessageAttributes): number {
  let size = 0;
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    if (StringValue !== undefined) size += Buffer.byteLength(StringValue);
    if (BinaryValue !== undefined) size += Buffer.byteLength(BinaryValue, "base64");
  }
  return size;
}

/**
 * The checksum that SDKs verify
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation).
 */
export function md5OfAttributes(attributes: MessageAttributes): string {
  const digest = createHash("md5");
  const update = (part: Buffer): void => {
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(part.length);
    digest.update(length).update(part);
  };
  for (const name of Object.keys(attributes).sort()) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    update(Buffer.from(name));
    update(Buffer.from(attribute.DataType));
    if (attribute.StringValue !== undefined) {
      digest.update(Buffer.of(1));
      update(Buffer.from(attribute.StringValue));
    } else {
      digest.update(Buffer.of(2));
      update(Buffer.from(attribute.BinaryValue ?? "", "base64"));
    }
  }
  return digest.digest("hex");
}

/** The attributes that a receive asks for by name, by `prefix.*`, or all of them by `All` or `.*`. */
export function selectAttributes(
  attributes: MessageAttributes,
  names: readonly string[],
): MessageAttributes {
  if (names.includes("All") || names.includes(".*")) return attributes;
  const prefixes = names.filter((name) => name.endsWith(".*")).map((name) => name.slice(0, -2));
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([name]) => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)),
    ),
  );
}

export const md5 = (text: string): string => hash("md5", text);
