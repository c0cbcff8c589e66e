import { startBundledTask } from "@darkroom/lambda/testing";
import { afterAll, expect, test } from "vitest";

const task = await startBundledTask(new URL("../dist/index.cjs", import.meta.url));
afterAll(() => task.close());

const event = {
  run: { prefix: "runs/r1/", startTime: "2026-05-01T10:00:00.000Z" },
  sync: { source: "from", destination: "into" },
  bucket: "source",
};

test.each([
  ["ServiceUnavailable", 503],
  ["ServiceUnavailable", 500],
  ["AccessDeniedException", 403],
  ["ObjectNotFoundError", 404],
])("%s reaches the machine after one HEAD that is answered by %i", async (name, status) => {
  const { error, requests } = await task.run(event, () => ({ status }));
  expect(error).toBe(name);
  expect(requests).toHaveLength(1);
});

test("ConnectionError reaches it after a connection that broke", async () => {
  expect((await task.run(event, () => "broken")).error).toBe("ConnectionError");
});

test.each([
  ["the same bucket twice", { ...event, sync: { source: "from", destination: "from" } }],
  ["an input without a bucket", { run: event.run, sync: event.sync }],
])("%s asks S3 for nothing", async (_, input) => {
  const { error, requests } = await task.run(input, () => ({ status: 200 }));
  expect({ error, requests }).toEqual({ error: "InvalidInputError", requests: [] });
});
