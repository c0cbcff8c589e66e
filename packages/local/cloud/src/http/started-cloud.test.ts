import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AccessKey } from "../credentials.ts";
import { exchange } from "../testing/raw-connection.ts";
import { type RequestExample, signRequest } from "../testing/signed-request.ts";
import { type StartedCloud, startTestCloud } from "../testing/start-test-cloud.ts";

let cloud: StartedCloud;

const policy = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });

/** What a function knows of its role's key, and nobody else should. */
const tellingFunction = `exports.handler = async () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  sessionToken: process.env.AWS_SESSION_TOKEN,
});`;

const resources = {
  aws_iam_role: {
    teller: {
      name: "teller",
      assume_role_policy: policy({
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
    },
  },
  aws_iam_role_policy: {
    teller: {
      name: "inline",
      role: "teller",
      policy: policy({ Action: "s3:GetObject", Resource: "arn:aws:s3:::none/*" }),
    },
  },
  aws_cloudwatch_log_group: { teller: { name: "/aws/lambda/teller", retention_in_days: 1 } },
  aws_lambda_function: {
    teller: {
      function_name: "teller",
      runtime: "nodejs24.x",
      handler: "index.handler",
      role: "arn:aws:iam::000000000000:role/teller",
      filename: "function.zip",
      architectures: ["arm64"],
      logging_config: [{ log_format: "JSON", log_group: "/aws/lambda/teller" }],
    },
  },
};

beforeAll(async () => {
  const archive = zipSync({ "index.cjs": strToU8(tellingFunction) });
  cloud = await startTestCloud(resources, { "function.zip": archive });
});
afterAll(() => cloud.close());

const reaches = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port: cloud.port, timeout: 2000 });
    const end = (reached: boolean) => () => {
      socket.destroy();
      resolve(reached);
    };
    socket.on("connect", end(true)).on("error", end(false)).on("timeout", end(false));
  });

test("the port is open on 127.0.0.1 and on no other address of this machine", async () => {
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address, scopeid }) => (scopeid ? `${address}%${scopeid}` : address))
    .filter((address) => address !== "127.0.0.1");

  expect(await reaches("127.0.0.1")).toBe(true);
  for (const address of [...others, "::1"])
    expect([address, await reaches(address)]).toEqual([address, false]);
});

test.runIf(process.platform === "linux")("the socket is bound to 127.0.0.1", () => {
  const hexPort = cloud.port.toString(16).toUpperCase().padStart(4, "0");
  const listening = ["/proc/net/tcp", "/proc/net/tcp6"]
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === "0A" && local?.endsWith(`:${hexPort}`));

  expect(listening.map(([, local]) => local)).toEqual([`0100007F:${hexPort}`]);
});

function filesBelow(path: string): string[] {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test("the data folder, and the key in it, are their owner's alone", () => {
  expect(statSync(cloud.dataFolder).mode & 0o777).toBe(0o700);
  expect(statSync(join(cloud.dataFolder, "operator-key.json")).mode & 0o777).toBe(0o600);
});

const mark = "name-of-a-client";

test("no name that a client chooses becomes the name of a file", async () => {
  const keys = [
    `../../${mark}`,
    `/${mark}`,
    `a/../../${mark}`,
    `${mark}\\..`,
    `C:${mark}`,
    `${mark}/`,
  ];
  const s3 = { service: "s3", method: "PUT" };
  const json = (service: string, target: string, input: object): RequestExample => ({
    service,
    body: JSON.stringify(input),
    headers: { "x-amz-target": target },
  });
  const calls: RequestExample[] = [
    { ...s3, path: `/${mark}` },
    // One that is kept in the database, and one that has a file.
    ...keys.flatMap((key) =>
      [10, 300_000].map((size) => ({
        ...s3,
        path: `/${mark}/${encodeURIComponent(key)}${size}`,
        body: Buffer.alloc(size, 1),
      })),
    ),
    json("sqs", "AmazonSQS.CreateQueue", { QueueName: mark }),
    json("dynamodb", "DynamoDB_20120810.CreateTable", {
      TableName: `..${mark}`,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
    json("logs", "Logs_20140328.CreateLogGroup", { logGroupName: `/../${mark}` }),
    json("logs", "Logs_20140328.CreateLogStream", {
      logGroupName: `/../${mark}`,
      logStreamName: `../${mark}`,
    }),
  ];
  for (const call of calls) {
    const { head } = await signRequest(cloud.client, call);
    const request = Buffer.concat([Buffer.from(head, "latin1"), Buffer.from(call.body ?? "")]);
    const answer = await exchange(cloud.client, request, "\r\n\r\n");
    expect([call.path, call.body?.slice(0, 40), answer.slice(9, 12)]).toEqual([
      call.path,
      call.body?.slice(0, 40),
      "200",
    ]);
  }

  const names = readdirSync(cloud.folder, { recursive: true });
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => String(name).includes(mark))).toEqual([]);
});

/** Every way to fail that the edge and the services have, for this key. */
async function failingRequests(credentials: AccessKey): Promise<string[]> {
  const body = '{"TableName":"none","Key":{}}';
  const dynamodb = {
    service: "dynamodb",
    body,
    headers: { "x-amz-target": "DynamoDB_20120810.GetItem" },
  };
  const put = { service: "s3", method: "PUT", path: "/none/key", body: "data" };
  const old = new Date(Date.now() - 16 * 60_000);
  const examples: RequestExample[] = [
    dynamodb,
    { ...dynamodb, body: "{" },
    { ...dynamodb, headers: { "x-amz-target": "DynamoDB_20120810.NoSuchThing" } },
    { ...dynamodb, signingDate: old },
    { ...dynamodb, service: "kinesis" },
    {
      ...dynamodb,
      service: "rekognition",
      headers: { "x-amz-target": "RekognitionService.DetectLabels" },
    },
    { ...dynamodb, service: "logs", headers: { "x-amz-target": "Logs_20140328.PutLogEvents" } },
    { ...dynamodb, service: "events", headers: { "x-amz-target": "AWSEvents.PutEvents" } },
    {
      ...dynamodb,
      service: "states",
      headers: { "x-amz-target": "AWSStepFunctions.StartExecution" },
    },
    { ...dynamodb, service: "sqs", headers: { "x-amz-target": "AmazonSQS.SendMessage" } },
    {
      service: "sqs",
      body: "Action=SendMessage&QueueUrl=x",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
    {
      service: "sts",
      body: "Action=AssumeRole&Version=2011-06-15",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
    { service: "lambda", path: "/2015-03-31/functions/none/invocations", body },
    put,
    { ...put, signingDate: old },
    { ...put, method: "GET", path: "/none/key" },
    { ...put, path: "/none/%FF" },
    { ...put, path: "/none" },
    { ...put, headers: { "x-amz-content-sha256": "0".repeat(64) } },
    { ...put, headers: { "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" } },
    { ...put, method: "POST", path: "/none?delete", body: "<a" },
    { ...put, headers: { "x-amz-checksum-crc32": "AAAAAA==", "x-amz-tagging": "%" } },
  ];
  const signed = await Promise.all(
    examples.map(async (example) => ({
      ...(await signRequest(cloud.client, { ...example, credentials })),
      body: String(example.body ?? ""),
    })),
  );
  return signed.flatMap(({ head, headers, body }) => {
    const whole = head + body;
    const { authorization = "", "x-amz-security-token": token = "" } = headers;
    // The signature also where a presigned URL has it, with the token, and in requests that break off or are no HTTP.
    const signature = authorization.slice(authorization.lastIndexOf("=") + 1);
    const query = new URLSearchParams({
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": /Credential=([^,]+)/.exec(authorization)?.[1] ?? "",
      "X-Amz-Date": headers["x-amz-date"] ?? "",
      "X-Amz-Expires": "60",
      "X-Amz-SignedHeaders": "host",
      "X-Amz-Signature": signature,
      ...(token === "" ? {} : { "X-Amz-Security-Token": token }),
    });
    return [
      whole,
      whole.replace(
        signature,
        signature.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
      ),
      whole.replace("AWS4-HMAC-SHA256 ", "AWS4 "),
      whole.replace("HTTP/1.1", "HTTP/1.1 "),
      `GET /none/key?${query} HTTP/1.1\r\nHost: 127.0.0.1:${cloud.port}\r\nConnection: close\r\n\r\n`,
    ];
  });
}

async function keyOfRole(): Promise<Required<AccessKey>> {
  const lambda = new LambdaClient(cloud.client);
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: "teller" }));
  lambda.destroy();
  return JSON.parse(Buffer.from(Payload ?? []).toString());
}

test("no secret, token or signature is in what is logged or kept, whatever fails", async () => {
  const roleKey = await keyOfRole();
  const requests = (
    await Promise.all([cloud.client.credentials, roleKey].map(failingRequests))
  ).flat();
  const secrets = new Set([
    cloud.client.credentials.secretAccessKey,
    roleKey.secretAccessKey,
    roleKey.sessionToken,
  ]);
  for (const request of requests) {
    for (const [signature] of request.matchAll(/\b[0-9a-f]{64}\b/g)) {
      if (request.includes(`Signature=${signature}`)) secrets.add(signature);
    }
  }
  for (let start = 0; start < requests.length; start += 16) {
    await Promise.all(
      requests
        .slice(start, start + 16)
        .map((request) =>
          exchange(
            cloud.client,
            request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"),
            "\r\n\r\n",
          ),
        ),
    );
  }

  const kept = filesBelow(cloud.dataFolder)
    .filter((file) => !file.endsWith("operator-key.json"))
    .map((file) => readFileSync(file, "latin1"));
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20);
    expect(cloud.logged.filter((line) => line.includes(secret))).toEqual([]);
    expect(kept.filter((text) => text.includes(secret))).toEqual([]);
  }
});

test("none of these requests made the local cloud fail", () => expect(cloud.logged).toEqual([]));
