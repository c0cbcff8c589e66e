import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exchange } from "../testing/raw-connection.ts";
import { type RequestExample, signRequest } from "../testing/signed-request.ts";
import { type StartedCloud, startTestCloud } from "../testing/start-test-cloud.ts";

const seed = 20_260_501;
let cloud: StartedCloud;

beforeAll(async () => {
  cloud = await startTestCloud();
  await send({ service: "s3", method: "PUT", path: "/fuzzed-bucket" });
  await send({ service: "s3", method: "PUT", path: "/fuzzed-bucket/key", body: "data" });
});
afterAll(() => cloud.close());

/** The status of the answer. Every body must have one below 500, and must not take long. */
async function send(example: RequestExample): Promise<number> {
  const { head } = await signRequest(cloud.client, example);
  const start = performance.now();
  const request = Buffer.concat([Buffer.from(head, "latin1"), Buffer.from(example.body ?? "")]);
  const answer = await exchange(cloud.client, request, "\r\n\r\n");
  expect([answer.slice(0, 12), performance.now() - start < 5000]).toEqual([
    expect.stringMatching(/^HTTP\/1\.1 [234]|^HTTP\/1\.1 501/),
    true,
  ]);
  expect(cloud.logged).toEqual([]);
  return Number(answer.slice(9, 12));
}

const operations = [
  ["dynamodb", "DynamoDB_20120810.GetItem"],
  ["dynamodb", "DynamoDB_20120810.PutItem"],
  ["dynamodb", "DynamoDB_20120810.Query"],
  ["dynamodb", "DynamoDB_20120810.TransactWriteItems"],
  ["sqs", "AmazonSQS.SendMessage"],
  ["sqs", "AmazonSQS.CreateQueue"],
  ["events", "AWSEvents.PutEvents"],
  ["events", "AWSEvents.PutRule"],
  ["logs", "Logs_20140328.FilterLogEvents"],
  ["logs", "Logs_20140328.PutLogEvents"],
  ["states", "AWSStepFunctions.CreateStateMachine"],
  ["states", "AWSStepFunctions.StartExecution"],
  ["rekognition", "RekognitionService.DetectLabels"],
] as const;

const call = ([service, target]: readonly [string, string], body: string | Uint8Array) =>
  send({ service, body, headers: { "x-amz-target": target } });

const evil = [
  "[".repeat(100_000),
  `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
  `{"Key":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
  '{"__proto__":{"TableName":"x"},"constructor":{"prototype":{}}}',
  '{"TableName":"a","TableName":"b","toString":1}',
  '{"TableName":"\\ud800","Key":{"\\udfff":{"S":"\\ud800"}}}',
  '{"TableName":1e999,"Limit":-0}',
  '{"Key":{"__proto__":{"S":"x"},"a":{"__proto__":"b"}},"TableName":"t"}',
  `{"${"a".repeat(1_000_000)}":1}`,
  "null",
  "[]",
  '"text"',
  "\ufeff{}",
  "",
];

test.each(operations)(
  "JSON that nobody sends in good faith is the caller's error: %s %s",
  async (...operation) => {
    for (const body of evil) expect(await call(operation, body)).toBeGreaterThanOrEqual(400);
    const notUtf8 = Buffer.from('{"TableName":"\xff\xfe\xc0","Key":{}}', "latin1");
    expect(await call(operation, notUtf8)).toBeGreaterThanOrEqual(400);
  },
);

const members = [
  "TableName",
  "Key",
  "Item",
  "KeyConditionExpression",
  "ExpressionAttributeValues",
  "TransactItems",
  "QueueUrl",
  "QueueName",
  "MessageBody",
  "Attributes",
  "MessageAttributes",
  "Entries",
  "Name",
  "EventPattern",
  "logGroupName",
  "filterPattern",
  "logEvents",
  "definition",
  "roleArn",
  "name",
  "input",
  "Image",
  "__proto__",
];
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      null,
      true,
      -1,
      0.5,
      2 ** 53,
      "",
      "a",
      "\ud800",
      "{}",
      "arn:aws:x:::y",
      '{"a":[{"numeric":[">"]}]}',
    ),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom("S", "N", "M", "L", "a", "__proto__", "Put", "StringValue", ...members),
      tie("json"),
      { maxKeys: 3 },
    ),
  ),
}));

test("members of any type, in any place, are never a fault", async () => {
  const body = fc.dictionary(fc.constantFrom(...members), json, { maxKeys: 5 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...operations), body), { minLength: 8, maxLength: 8 }),
      async (calls) => {
        await Promise.all(
          calls.map(([operation, input]) => call(operation, JSON.stringify(input))),
        );
      },
    ),
    { seed, numRuns: 60 },
  );
});

const laughs = (): string => {
  const entities = Array.from(
    { length: 10 },
    (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`,
  );
  return `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">${entities.join("")}]><Delete><Object><Key>&l10;</Key></Object></Delete>`;
};
/** Openings that are never closed make a careless pattern look on to the end from each of them. */
const openings = (opening: string) => opening.repeat(900_000 / opening.length);
const outside =
  '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&f;</Key></Object></Delete>';
const documents: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["POST", { delete: "" }],
  ["PUT", { tagging: "" }],
  ["PUT", { versioning: "" }],
  ["PUT", { cors: "" }],
  ["PUT", { notification: "" }],
  ["POST", { uploadId: "AAAA" }],
];
const document = ([method = "", query = {}]: (typeof documents)[number], body: string) => {
  const path = "uploadId" in query ? "/fuzzed-bucket/key" : "/fuzzed-bucket";
  return send({ service: "s3", method, path, query, body });
};

test.each(documents)(
  "XML with entities, without end or of great depth is the caller's error: %s %j",
  async (...kind) => {
    const nested = (depth: number) => `${"<a>".repeat(depth)}${"</a>".repeat(depth)}`;
    const bodies = [
      laughs(),
      outside,
      nested(100),
      nested(100_000),
      "<Delete>".repeat(50_000),
      `<Delete ${'a="b" '.repeat(20_000)}/>`,
      "<a>\0</a>",
      "<a>&#0;&#xD800;&bad;</a>",
      "<!--".repeat(10_000),
      "<![CDATA[".repeat(1000),
      openings("&#"),
      openings("<"),
      openings("<a "),
      openings("<![CDATA["),
      "",
    ];
    for (const body of bodies) expect(await document(kind, body)).toBeGreaterThanOrEqual(400);
  },
);

test("XML of any shape is never a fault", async () => {
  const word = fc.constantFrom(
    "<Delete>",
    "</Delete>",
    "<Object>",
    "</Object>",
    "<Key>",
    "</Key>",
    "<Quiet>",
    "<Tagging>",
    "<TagSet>",
    "<Tag>",
    "</Tag>",
    "<Value/>",
    "a",
    "<!--",
    "-->",
    "&amp;",
    "&",
    "<",
    ">",
    "<?x?>",
    "<__proto__>",
    "</__proto__>",
    "\n",
    "]]>",
    "<![CDATA[",
    "<CompleteMultipartUpload>",
    "<Part>",
    "<PartNumber>1</PartNumber>",
    '<a xmlns="b">',
    "\ud83d",
    "\u0001",
  );
  const bodies = fc.array(word, { maxLength: 12 }).map((all) => all.join(""));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...documents), bodies), { minLength: 8, maxLength: 8 }),
      async (calls) => {
        await Promise.all(calls.map(([kind, body]) => document(kind, body)));
      },
    ),
    { seed, numRuns: 60 },
  );
});

test("bodies of the query protocol are never a fault", async () => {
  const name = fc.oneof(
    fc.constantFrom(
      "Action",
      "Version",
      "QueueUrl",
      "QueueName",
      "MessageBody",
      "Attribute.1.Name",
      "Attribute.1.Value",
    ),
    fc.constantFrom(
      "Attribute.0.Name",
      "Attribute.1.1.1.1.1.1.1.1.1",
      "Attribute.__proto__.Value",
      "__proto__",
      "a..b",
      ".",
    ),
    fc.string({ maxLength: 6 }),
  );
  const value = fc.oneof(
    fc.constantFrom("SendMessage", "CreateQueue", "GetCallerIdentity", "AssumeRole", "%", "%ff"),
    fc.string({ maxLength: 6 }),
  );
  const body = fc
    .array(fc.tuple(name, value), { maxLength: 8 })
    .map((pairs) => pairs.map(([one, other]) => `${one}=${other}`).join("&"));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom("sqs", "sts"), body), { minLength: 8, maxLength: 8 }),
      async (calls) => {
        await Promise.all(
          calls.map(([service, one]) =>
            send({
              service,
              body: one,
              headers: { "content-type": "application/x-www-form-urlencoded" },
            }),
          ),
        );
      },
    ),
    { seed, numRuns: 40 },
  );
});
