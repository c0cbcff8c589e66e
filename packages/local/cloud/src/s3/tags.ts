import { z } from "zod";
import { S3Error } from "./s3-error.ts";
import { oneOrMany, writeXml } from "./xml.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const maximumTags = 10;
const maximumBucketTags = 50;
const maximumKeyLength = 128;
const maximumValueLength = 256;

/** The document of PutObjectTagging. */
export const taggingDocument = z.strictObject({
  TagSet: z
    .union([
      z.literal("").transform(() => []),
      z
        .strictObject({ Tag: oneOrMany(z.strictObject({ Key: z.string(), Value: z.string() })) })
        .transform((set) => set.Tag),
    ])
    .default([]),
});

/** Reads `x-amz-tagging`, which is written as a URL's query. */
export function parseTagHeader(text: string | undefined): Tag[] {
  if (text === undefined) return [];
  return checkTags([...new URLSearchParams(text)].map(([Key, Value]) => ({ Key, Value })));
}

export function checkTags(tags: readonly Tag[]): Tag[] {
  if (tags.length > maximumTags) {
    throw new S3Error("BadRequest", "Object tags cannot be greater than 10");
  }
  return checkEach(tags);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html */
export function checkBucketTags(tags: readonly Tag[]): Tag[] {
  if (tags.length > maximumBucketTags) {
    throw new S3Error("BadRequest", "Bucket tag count cannot be greater than 50");
  }
  return checkEach(tags);
}

function checkEach(tags: readonly Tag[]): Tag[] {
  const keys = new Set<string>();
  for (const { Key, Value } of tags) {
    if (keys.has(Key)) throw invalidTag("Cannot provide multiple Tags with the same key", Key);
    keys.add(Key);
    if (Key === "" || Key.length > maximumKeyLength || !isTagText(Key)) {
      throw invalidTag("The TagKey you have provided is invalid", Key);
    }
    if (Value.length > maximumValueLength || !isTagText(Value)) {
      throw invalidTag("The TagValue you have provided is invalid", Key, Value);
    }
    if (Key.startsWith("aws:"))
      throw invalidTag("System tags cannot be added/updated by requester", Key);
  }
  return [...tags];
}

const isTagText = (text: string): boolean => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);

const invalidTag = (message: string, key: string, value?: string): S3Error =>
  new S3Error("InvalidTag", message, {
    fields: { TagKey: key, ...(value === undefined ? {} : { TagValue: value }) },
  });

export const writeTagging = (tags: readonly Tag[]): string =>
  writeXml("Tagging", { TagSet: { Tag: tags.map(({ Key, Value }) => ({ Key, Value })) } });
