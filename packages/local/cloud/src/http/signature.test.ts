import { afterAll, beforeAll, expect, test } from "vitest";
import type { AccessKey } from "../credentials.ts";
import type { Service } from "../service.ts";
import { exchange } from "../testing/raw-connection.ts";
import { type RequestExample, signRequest } from "../testing/signed-request.ts";
import { serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { jsonService } from "./json-service.ts";

const faults: unknown[] = [];
let endpoint: TestEndpoint;
let roleKey: Required<AccessKey>;

const storage: Service = {
  name: "s3",
  handle: async ({ caller }) => ({ status: 200, headers: {}, body: `<Who>${caller.kind}` }),
  errorResponse: ({ status, code, message, fields }) => ({
    status,
    headers: {},
    body: `<Code>${code}<Message>${message} ${JSON.stringify(fields)}`,
  }),
};

beforeAll(async () => {
  const table = jsonService({
    name: "dynamodb",
    jsonVersion: "1.0",
    operations: { Who: (_, { caller }) => ({ who: caller.kind }) },
  });
  endpoint = await serve([storage, table], { onFault: (error) => faults.push(error) });
  roleKey = endpoint.roleKey("reader", {
    Effect: "Allow",
    Action: "s3:GetObject",
    Resource: "*",
  }) as Required<AccessKey>;
});
afterAll(async () => {
  await endpoint.close();
  expect(faults).toEqual([]);
});

const get: RequestExample = { service: "s3", method: "GET", path: "/bucket/key" };
const who: RequestExample = {
  service: "dynamodb",
  body: "{}",
  headers: { "x-amz-target": "DynamoDB_20120810.Who" },
};

/** Status line and body of the answer to a request that is signed and then changed. */
async function answerTo(
  example: RequestExample,
  change: (head: string) => string = (head) => head,
): Promise<string> {
  const { head } = await signRequest(endpoint.client, example);
  const answer = await exchange(endpoint.client, change(head) + (example.body ?? ""), "\r\n\r\n");
  const [top = "", body = ""] = answer.split("\r\n\r\n");
  return `${top.slice(9, 12)} ${body}`;
}

test("the operator's key and a role's key are known for what they are", async () => {
  expect(await answerTo(get)).toBe("200 <Who>operator");
  expect(await answerTo({ ...get, credentials: roleKey })).toBe("200 <Who>role");
  expect(await answerTo({ ...who, credentials: roleKey })).toBe('200 {"who":"role"}');
});

test("a role's key is no key without its token, or with another one", async () => {
  const { sessionToken, ...withoutToken } = roleKey;
  const other = { ...roleKey, sessionToken: `x${sessionToken.slice(1)}` };
  for (const credentials of [withoutToken, other]) {
    expect(await answerTo({ ...get, credentials })).toContain("400 <Code>InvalidToken");
    expect(await answerTo({ ...who, credentials })).toContain("UnrecognizedClientException");
  }
});

test("nor is the operator's key with a token", async () => {
  const credentials = { ...endpoint.client.credentials, sessionToken: roleKey.sessionToken };

  expect(await answerTo({ ...get, credentials })).toContain("400 <Code>InvalidToken");
});

test("a token that is not covered by the signature is refused", async () => {
  expect(
    await answerTo(get, (head) =>
      head.replace("\r\n\r\n", `\r\nX-Amz-Security-Token: ${roleKey.sessionToken}\r\n\r\n`),
    ),
  ).toMatch(/^400 <Code>InvalidToken/);
});

test("the same request is good again within 15 minutes, as on AWS", async () => {
  const { head } = await signRequest(endpoint.client, {
    ...get,
    signingDate: new Date(Date.now() - 14 * 60_000),
  });
  for (let count = 0; count < 2; count += 1) {
    expect(await exchange(endpoint.client, head, "<Who>")).toContain("<Who>operator");
  }
});

test.each([
  ["before", -16, "expired", "earlier than", "- 15 min."],
  ["after", 16, "not yet current", "later than", "\\+ 15 min."],
])(
  "a request of more than 15 minutes %s is refused in the service's words",
  async (_, minutes, ...words) => {
    const signingDate = new Date(Date.now() + minutes * 60_000);

    expect(await answerTo({ ...get, signingDate })).toMatch(
      /^403 <Code>RequestTimeTooSkewed<Message>The difference .*"MaxAllowedSkewMilliseconds":900000/,
    );
    expect(await answerTo({ ...who, signingDate })).toMatch(
      new RegExp(
        `^400 .*InvalidSignatureException.*Signature ${words[0]}: \\d{8}T\\d{6}Z is (now|still) ${words[1]} \\d{8}T\\d{6}Z \\(\\d{8}T\\d{6}Z ${words[2]}\\)`,
      ),
    );
  },
);

test("a request that is signed in two ways is refused", async () => {
  expect(await answerTo({ ...get, query: { "X-Amz-Algorithm": "AWS4-HMAC-SHA256" } })).toContain(
    "400 <Code>InvalidArgument<Message>Only one auth mechanism allowed",
  );
});

test("a request that is not signed is told so in the words of its service", async () => {
  const host = `Host: ${new URL(endpoint.client.endpoint).host}\r\n`;
  const storageAnswer = await exchange(
    endpoint.client,
    `GET /bucket/key HTTP/1.1\r\n${host}\r\n`,
    "<Message>",
  );
  const tableAnswer = await exchange(
    endpoint.client,
    `POST / HTTP/1.1\r\n${host}X-Amz-Target: DynamoDB_20120810.Who\r\nContent-Length: 0\r\n\r\n`,
    "}",
  );

  expect(storageAnswer).toMatch(/^HTTP\/1\.1 403 [\s\S]*<Code>AccessDenied<Message>Access Denied/);
  expect(tableAnswer).toMatch(/^HTTP\/1\.1 400 [\s\S]*MissingAuthenticationTokenException/);
});

test("a body that is not the one whose hash was signed is refused, also where there is none", async () => {
  const hash = { "x-amz-content-sha256": "0".repeat(64) };

  expect(await answerTo({ ...get, headers: hash })).toContain("<Code>XAmzContentSHA256Mismatch");
});

test("S3 takes no more than 8 KiB of headers", async () => {
  expect(await answerTo({ ...get, headers: { "x-amz-meta-long": "a".repeat(8192) } })).toContain(
    "400 <Code>RequestHeaderSectionTooLarge<Message>Your request header section exceeds",
  );
});
