import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTarget, type Target } from "./target.ts";

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

test("the caller's identity names account, ARN and user", async () => {
  const identity = await new STSClient(target.client).send(new GetCallerIdentityCommand({}));
  expect(identity.Account).toMatch(/^\d{12}$/);
  expect(identity.Arn).toMatch(/^arn:aws:(iam|sts)::\d{12}:/);
  expect(identity.UserId).not.toBe("");
});
