import { invalidParameterValue } from "./errors.ts";

export type Tags = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html */
const maximumTags = 50;

/** What a queue's tags are with further ones put to them. @throws AwsError */
export function withTags(tags: Tags, added: Tags): Tags {
  for (const [key, value] of Object.entries(added)) checkTag(key, value);
  const all = { ...tags, ...added };
  if (Object.keys(all).length <= maximumTags) return all;
  throw invalidParameterValue(`A queue can have at most ${maximumTags} tags.`);
}

export const withoutTags = (tags: Tags, keys: readonly string[]): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));

const length = (text: string): number => [...text].length;

function checkTag(key: string, value: string): void {
  if (length(key) < 1 || length(key) > 128) {
    throw invalidParameterValue("Tag keys must be between 1 and 128 characters in length.");
  }
  if (length(value) > 256) {
    throw invalidParameterValue("Tag values must be between 0 and 256 characters in length.");
  }
  if (/^aws:/i.test(key)) {
    throw invalidParameterValue("Tag keys must not start with aws:, which is reserved.");
  }
  if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key + value)) {
    throw invalidParameterValue(
      "Tag keys and values can contain letters, spaces, digits and _ . : / = + - @.",
    );
  }
}
