import {
  samplePhoto as photo,
  retrierOf,
  s3Failure,
  s3Outages,
  startBundledTask,
} from "@darkroom/lambda/testing";
import { quarantineKey } from "@darkroom/workflow";
import definition from "@darkroom/workflow/image-processing.asl.json" with { type: "json" };
import { afterAll, describe, expect, test } from "vitest";

const task = await startBundledTask(new URL("../dist/index.cjs", import.meta.url));
afterAll(() => task.close());

const event = { photo, executionArn: "arn:aws:states:eu-west-1:111111111111:execution:m:e" };
const copied = {
  headers: { "content-type": "application/xml" },
  body: "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>",
};

const copy = `PUT /landing/${quarantineKey(photo)}`;
const remove = `DELETE /landing/${photo.s3key}`;
const find = `HEAD /landing/${quarantineKey(photo)}`;

/** Each way through S3, with what is answered before its last call. */
const calls: [string, string[], ReturnType<typeof s3Failure>][] = [
  ["copying", [copy], copied],
  ["deleting", [copy, remove], copied],
  ["looking for the copy", [copy, find], s3Failure(404, "NoSuchVersion")],
];

describe.each(calls)("%s", (_, requested, before) => {
  const last = requested.at(-1);

  test.each(s3Outages)(
    "that meets %s of S3 reaches the machine after one attempt, and is retried by its name",
    async (name, answer) => {
      const { error, requests } = await task.run(event, (request) =>
        request === last ? answer : before,
      );

      // HEAD's answer has no body to tell two names of one status apart.
      const told = last === find && name === "SlowDown" ? "ServiceUnavailable" : name;
      expect(error).toBe(told);
      expect(requests).toEqual(requested);
      expect(retrierOf(definition, "QuarantinePhoto", told)).toMatchObject({
        ErrorEquals: expect.arrayContaining([told]),
        MaxAttempts: expect.toSatisfy((attempts: number) => attempts >= 10),
      });
    },
  );

  test("without the permission is not retried", async () => {
    const { error } = await task.run(event, (request) =>
      request === last ? s3Failure(403, "AccessDenied") : before,
    );
    expect(error).toBe("AccessDeniedException");
  });
});

test.each([
  ["AccessDeniedException", event, s3Failure(403, "AccessDenied")],
  ["InvalidInputError", {}, "broken" as const],
])("%s is not retried", async (name, input, answer) => {
  expect((await task.run(input, () => answer)).error).toBe(name);
  expect(retrierOf(definition, "QuarantinePhoto", name)).toMatchObject({
    ErrorEquals: expect.arrayContaining([name]),
    MaxAttempts: 0,
  });
});
