import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { place, serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { createSts } from "./sts.ts";

let endpoint: TestEndpoint;
beforeAll(async () => {
  endpoint = await serve([createSts({ place }).service]);
});
afterAll(() => endpoint.close());

test("the operator is told who they are", async () => {
  const client = new STSClient(endpoint.client);

  expect(await client.send(new GetCallerIdentityCommand())).toMatchObject({
    Account: "000000000000",
    Arn: "arn:aws:iam::000000000000:user/operator",
    UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
  });
  client.destroy();
});

test("a role's session is told, even if its policies allow it nothing", async () => {
  const deny = { Effect: "Deny", Action: "*", Resource: "*" };
  const client = new STSClient({
    ...endpoint.client,
    credentials: endpoint.roleKey("worker", deny),
  });

  expect(await client.send(new GetCallerIdentityCommand())).toMatchObject({
    Arn: "arn:aws:sts::000000000000:assumed-role/worker/session",
    UserId: expect.stringMatching(/^AROA[A-Z2-7]{17}:session$/),
  });
  client.destroy();
});

test("another operation is refused by its name, a wrong secret by the code of this protocol", async () => {
  const client = new STSClient(endpoint.client);
  const wrong = new STSClient({
    ...endpoint.client,
    credentials: { ...endpoint.client.credentials, secretAccessKey: "wrong" },
  });

  await expect(client.send(new GetSessionTokenCommand())).rejects.toThrow("sts:GetSessionToken");
  await expect(wrong.send(new GetCallerIdentityCommand())).rejects.toMatchObject({
    name: "SignatureDoesNotMatch",
  });
  client.destroy();
  wrong.destroy();
});
