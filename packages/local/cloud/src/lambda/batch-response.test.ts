import { describe, expect, test } from "vitest";
import { failedMessages } from "./batch-response.ts";

const batch = new Set(["one", "two", "three"]);

describe("the batch has succeeded when the response is", () => {
  test.each([
    ["null", "null"],
    ["empty", "{}"],
    ["an empty list", '{"batchItemFailures":[]}'],
    ["a null list", '{"batchItemFailures":null}'],
    ["about something else", '{"processed":3}'],
  ])("%s", (_, payload) => {
    expect(failedMessages(payload, batch)).toEqual(new Set());
  });
});

describe("the whole batch has failed when the response has", () => {
  test.each([
    ["an empty identifier", '{"batchItemFailures":[{"itemIdentifier":""}]}'],
    ["a null identifier", '{"batchItemFailures":[{"itemIdentifier":null}]}'],
    ["an identifier under another name", '{"batchItemFailures":[{"id":"one"}]}'],
    [
      "an identifier that was not in the batch",
      '{"batchItemFailures":[{"itemIdentifier":"four"}]}',
    ],
    ["a list that is none", '{"batchItemFailures":"one"}'],
    ["no object", '"done"'],
  ])("%s", (_, payload) => {
    expect(failedMessages(payload, batch)).toBe("all");
  });
});

test("the messages that are named have failed, and only they", () => {
  const payload = JSON.stringify({
    batchItemFailures: [{ itemIdentifier: "one" }, { itemIdentifier: "three" }],
  });

  expect(failedMessages(payload, batch)).toEqual(new Set(["one", "three"]));
});
