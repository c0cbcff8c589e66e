import type { Context } from "aws-lambda";
import { expect, test } from "vitest";
import { handleSqsBatch } from "./sqs-batch.ts";
import { silentLogger } from "./testing/index.ts";

const context = { getRemainingTimeInMillis: () => 1000 } as Context;
const batch = (...bodies: string[]) => ({
  Records: bodies.map((body, index) => ({
    messageId: `m${index}`,
    body,
    eventSource: "aws:sqs",
  })),
});
const failOn = (poison: string) => async (body: string) => {
  if (body === poison) throw new Error(body);
};

test("only the messages that failed are answered, and don't hold up the others", async () => {
  const handled: string[] = [];

  const answer = await handleSqsBatch(
    batch("a", "bad", "b"),
    context,
    silentLogger(),
    async (body) => {
      await failOn("bad")(body);
      handled.push(body);
    },
  );

  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }] });
  expect(handled).toEqual(["a", "b"]);
});

test("a batch that failed as a whole is an error of the function", async () => {
  const handling = handleSqsBatch(batch("bad", "bad"), context, silentLogger(), failOn("bad"));
  await expect(handling).rejects.toThrow();
});
