import type { Context } from "aws-lambda";
import { expect, test } from "vitest";
import * as z from "zod";
import { plainTaskHandler, taskHandler } from "./task-handler.ts";
import { silentLogger } from "./testing/index.ts";

const input = z.object({
  photo: z.object({ imageID: z.string(), s3key: z.string(), versionId: z.string() }),
  executionArn: z.string(),
});
const event = { photo: { imageID: "i", s3key: "k", versionId: "v" }, executionArn: "arn" };
const context = {} as Context;

test("a task gets its parsed input, and its answer is the handler's", async () => {
  const logger = silentLogger();
  const handler = taskHandler({ input, logger, run: async ({ photo }) => photo.imageID });

  await expect(handler(event, context)).resolves.toBe("i");
});

test("an input of another shape stops at the boundary, by path and value", async () => {
  const handler = taskHandler({ input, logger: silentLogger(), run: async () => "never" });

  await expect(handler({ ...event, executionArn: 7 }, context)).rejects.toMatchObject({
    name: "InvalidInputError",
    message: expect.stringMatching(/^executionArn: .*\(value: 7\)$/),
  });
});

test("an error reaches the machine as it was thrown", async () => {
  const error = new Error("broken");
  const handler = taskHandler({ input, logger: silentLogger(), run: () => Promise.reject(error) });

  await expect(handler(event, context)).rejects.toBe(error);
});

test("a failed connection reaches it under the name that it retries", async () => {
  const error = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  const handler = taskHandler({ input, logger: silentLogger(), run: () => Promise.reject(error) });

  await expect(handler(event, context)).rejects.toMatchObject({
    name: "ConnectionError",
    cause: error,
  });
});

test("a task that isn't about a photo gets the call's context, and says itself what it is about", async () => {
  const logger = silentLogger();
  const handler = plainTaskHandler({
    input: z.object({ run: z.string() }),
    logger,
    logKeys: ({ run }) => ({ run }),
    run: async ({ run }, _, { awsRequestId }) => `${run} ${awsRequestId}`,
  });

  await expect(handler({ run: "r1" }, { awsRequestId: "q1" } as Context)).resolves.toBe("r1 q1");
});
