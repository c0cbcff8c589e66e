import { silentLogger } from "@darkroom/lambda/testing";
import { describe, expect, test } from "vitest";
import { startMessage } from "./start-message.ts";

const record = (key: string) => ({
  eventName: "ObjectCreated:Put",
  eventTime: "2026-05-01T10:00:00.000Z",
  s3: { bucket: { name: "landing" }, object: { key, versionId: "v1", sequencer: "0055" } },
});

function run(body: string, failing: (key: string) => boolean = () => false) {
  const started: string[] = [];
  const logged: unknown[] = [];
  const message = startMessage(body, {
    stateMachineArn: "arn:aws:states:eu-west-1:123456789012:stateMachine:images",
    table: {
      claim: async () => ({ claimed: true }),
      replaceStarted: async () => {},
    },
    albums: { ensure: async () => {} },
    executions: {
      async start(_, { photo }) {
        if (failing(photo.s3key)) throw new Error("later");
        started.push(photo.s3key);
        return { started: true };
      },
    },
    logger: Object.assign(silentLogger(), { info: (...line: unknown[]) => logged.push(line) }),
    now: () => new Date(0),
  });
  return { message, started, logged };
}

describe("a message", () => {
  test("starts every object in it", async () => {
    const { message, started } = run(
      JSON.stringify({ Records: [record("Incoming/a/b/1+2.jpg"), record("Incoming/a/b/c.jpg")] }),
    );
    await message;
    expect(started).toEqual(["Incoming/a/b/1 2.jpg", "Incoming/a/b/c.jpg"]);
  });

  test("comes again when one start failed for now, which doesn't hold up the next", async () => {
    const { message, started } = run(
      JSON.stringify({ Records: [record("Incoming/a/b/bad.jpg"), record("Incoming/a/b/c.jpg")] }),
      (key) => key.endsWith("bad.jpg"),
    );
    await expect(message).rejects.toMatchObject({ name: "StartsPendingError" });
    expect(started).toEqual(["Incoming/a/b/c.jpg"]);
  });

  test("of S3's test event does nothing but leave a line in the log", async () => {
    const body = JSON.stringify({ Event: "s3:TestEvent", Bucket: "landing" });
    const { message, started, logged } = run(body);
    await expect(message).resolves.toBeUndefined();
    expect(started).toEqual([]);
    expect(logged).toEqual([[expect.stringContaining("test event, is ignored"), { body }]]);
  });

  test.each(["", "hello", "{}", '{"Records": [{}]}'])(
    "that is no S3 event goes towards the dead-letter queue: %j",
    async (body) => {
      await expect(run(body).message).rejects.toMatchObject({ name: "InvalidInputError" });
    },
  );
});
