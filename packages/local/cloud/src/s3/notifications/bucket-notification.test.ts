import { expect, test } from "vitest";
import type { BucketDraft } from "../../terraform/draft.ts";
import { isWanted, readNotifications } from "./bucket-notification.ts";

const queue = "arn:aws:sqs:us-east-1:000000000000:q";
type Wanted = Partial<BucketDraft["notifications"][number]>;

const read = (...notifications: Wanted[]) =>
  readNotifications({
    name: "photos",
    versioning: false,
    notifications: notifications.map((one, index) => ({
      id: `n${index}`,
      targetArn: queue,
      events: ["s3:ObjectCreated:*"],
      ...one,
    })),
  });

test.each([
  ["s3:ObjectCreated:*", "ObjectCreated:Put", true],
  ["s3:ObjectCreated:*", "ObjectCreated:CompleteMultipartUpload", true],
  ["s3:ObjectCreated:*", "ObjectRemoved:Delete", false],
  ["s3:ObjectCreated:Put", "ObjectCreated:Put", true],
  ["s3:ObjectCreated:Put", "ObjectCreated:Copy", false],
  ["s3:ObjectRemoved:*", "ObjectRemoved:DeleteMarkerCreated", true],
] as const)("%s and %s: %s", (pattern, event, wanted) => {
  const [notification] = read({ events: [pattern] });
  if (notification === undefined) throw new Error("there is one");

  expect(isWanted(notification, event, "key")).toBe(wanted);
});

test("prefix and suffix must both fit", () => {
  const [notification] = read({ prefix: "Incoming/", suffix: ".jpg" });
  if (notification === undefined) throw new Error("there is one");

  expect(isWanted(notification, "ObjectCreated:Put", "Incoming/a.jpg")).toBe(true);
  expect(isWanted(notification, "ObjectCreated:Put", "Incoming/a.png")).toBe(false);
  expect(isWanted(notification, "ObjectCreated:Put", "Other/a.jpg")).toBe(false);
});

test.each([
  [{ events: ["s3:ObjectRestore:*"] }, /ObjectRestore|events/],
  [{ events: ["s3:ReducedRedundancyLostObject"] }, /events/],
  [{ targetArn: "arn:aws:sns:us-east-1:000000000000:topic" }, /only queues and functions/],
])("%j is refused when the stack asks for it", (wanted, why) => {
  expect(() => read(wanted)).toThrow(why);
});

test.each([
  [{}, {}],
  [{ prefix: "a/" }, { prefix: "a/b/" }],
  [{ events: ["s3:ObjectCreated:Put"] }, {}],
  [{ suffix: ".jpg" }, { prefix: "a/" }],
])("%j and %j overlap, which S3 refuses", (one, other) => {
  expect(() => read(one, other)).toThrow(/"n0" and "n1".*overlap/);
});

test.each([
  [{ prefix: "a/" }, { prefix: "b/" }],
  [{ events: ["s3:ObjectRemoved:*"] }, {}],
  [{ suffix: ".jpg" }, { suffix: ".png" }],
  [{ events: ["s3:ObjectCreated:Put"] }, { events: ["s3:ObjectCreated:Copy"] }],
])("%j and %j don't", (one, other) => {
  expect(read(one, other)).toHaveLength(2);
});
