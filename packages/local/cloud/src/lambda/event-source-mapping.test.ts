import { expect, test } from "vitest";
import { type LambdaHost, place, startLambda } from "./testing/lambda-host.ts";
import { memoryQueue } from "./testing/memory-queue.ts";

const queueArn = `arn:aws:sqs:${place.region}:${place.accountId}:q`;
const roleStatement = {
  Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
  Resource: queueArn,
};

async function setUp(
  source: string,
  options: {
    mapping?: Partial<Parameters<LambdaHost["lambda"]["putEventSourceMapping"]>[0]>;
    visibilityTimeout?: number;
    statement?: object;
  } = {},
) {
  const queue = memoryQueue({ visibilityTimeout: options.visibilityTimeout ?? 60 });
  const host = await startLambda({ sqs: queue, statement: options.statement ?? roleStatement });
  host.put("consumer", source);
  host.lambda.putEventSourceMapping({
    address: "aws_lambda_event_source_mapping.consumer",
    functionName: "consumer",
    queueArn,
    batchSize: 10,
    maximumBatchingWindowSeconds: 0,
    reportBatchItemFailures: true,
    ...options.mapping,
  });
  host.lambda.start();
  return { queue, host };
}

const messagesOf = (host: LambdaHost) => host.logs.map(({ message }) => message);

const logged = (host: LambdaHost, pattern: RegExp): Promise<void> =>
  host.until(() => messagesOf(host).some((message) => pattern.test(message)));

const faultOf = async (host: LambdaHost): Promise<string | undefined> => {
  await host.until(() => host.faults.length > 0);
  return host.faults[0];
};

const failNamed = `exports.handler = async ({ Records }) => ({
  batchItemFailures: Records.filter(({ body }) => body.startsWith("bad")).map(({ messageId }) => ({ itemIdentifier: messageId })),
});`;

test("messages come to the function as batches and are deleted when it has handled them", async () => {
  const { queue, host } = await setUp(
    "exports.handler = async (event) => { console.log(JSON.stringify(event)); };",
  );

  queue.send("one", "two", "three");
  await queue.left(0);
  await host.close();

  const events = messagesOf(host)
    .filter((message) => message.includes("Records"))
    .map((message) => JSON.parse(message.slice(message.indexOf("{"))));
  expect(
    events.flatMap(({ Records }) => Records.map((record: { body: string }) => record.body)),
  ).toEqual(["one", "two", "three"]);
  expect(events[0].Records[0]).toMatchObject({ eventSourceARN: queueArn, awsRegion: "us-east-1" });
});

test("the messages that the function reports stay, the others are deleted", async () => {
  const { queue, host } = await setUp(failNamed);

  queue.send("good1", "bad1", "good2", "bad2");
  await queue.left(2);
  await host.close();

  expect(queue.bodies()).toEqual(["bad1", "bad2"]);
});

test("a message that was reported comes again when it is visible again, and counts its receives", async () => {
  const { queue, host } = await setUp(
    `exports.handler = async ({ Records: [{ messageId, attributes }] }) => ({
       batchItemFailures: attributes.ApproximateReceiveCount === "1" ? [{ itemIdentifier: messageId }] : [],
     });`,
  );
  queue.send("again");
  await logged(host, /^REPORT/);

  queue.makeVisible();

  await queue.left(0);
  await host.close();
});

test.each([
  ["throws", "throw new Error('no');"],
  ["ends its process", "process.exit(1);"],
  [
    "reports a message that it did not get",
    "return { batchItemFailures: [{ itemIdentifier: 'other' }] };",
  ],
])("the whole batch stays when the function %s", async (_, source) => {
  const { queue, host } = await setUp(`exports.handler = async () => { ${source} };`);

  queue.send("one", "two");
  await logged(host, /^REPORT/);
  await host.close();

  expect(queue.bodies()).toEqual(["one", "two"]);
});

test("without ReportBatchItemFailures what the function returns says nothing", async () => {
  const { queue, host } = await setUp(failNamed, { mapping: { reportBatchItemFailures: false } });

  queue.send("good", "bad");

  await queue.left(0);
  await host.close();
});

test("the queue is polled with the role of the function", async () => {
  const { queue, host } = await setUp(failNamed);

  queue.send("one");
  await queue.left(0);
  await host.close();

  expect(new Set(queue.calls.map(({ operation }) => operation))).toEqual(
    new Set(["GetQueueAttributes", "ReceiveMessage", "DeleteMessageBatch"]),
  );
  expect(new Set(queue.calls.map(({ callerArn }) => callerArn))).toEqual(
    new Set([`arn:aws:sts::${place.accountId}:assumed-role/function/consumer`]),
  );
});

test("a role that may not receive is told as AWS tells it, and nothing is received", async () => {
  const { queue, host } = await setUp(failNamed, {
    statement: { Action: "sqs:DeleteMessage", Resource: queueArn },
  });
  queue.send("one");

  const fault = await faultOf(host);

  expect(fault).toContain("is not authorized to perform: sqs:GetQueueAttributes");
  expect(queue.calls).toEqual([]);
  await host.close();
});

test("a visibility timeout below the function's timeout is refused as on AWS", async () => {
  const { host } = await setUp(failNamed, { visibilityTimeout: 5 });

  const fault = await faultOf(host);

  expect(fault).toBe(
    "Queue visibility timeout: 5 seconds is less than Function timeout: 10 seconds",
  );
  await host.close();
});

test("batches run side by side while messages wait, up to the mapping's concurrency", async () => {
  const { queue, host } = await setUp(
    `exports.handler = async () => { console.log("begin"); await new Promise((r) => setTimeout(r, 100)); console.log("end"); };`,
    { mapping: { batchSize: 1, maximumConcurrency: 2 } },
  );

  queue.send("one", "two", "three", "four", "five");
  await queue.left(0);
  await host.close();

  let running = 0;
  const most = messagesOf(host).map((message) => {
    running += Number(message.endsWith("\tbegin")) - Number(message.endsWith("\tend"));
    return running;
  });
  expect(Math.max(...most)).toBe(2);
});

test("a batching window gathers more than one call brings", async () => {
  const { queue, host } = await setUp(
    "exports.handler = async ({ Records }) => { console.log('batch of', Records.length); };",
    { mapping: { batchSize: 15, maximumBatchingWindowSeconds: 300 } },
  );

  queue.send(...Array.from({ length: 15 }, (_, index) => String(index)));
  await queue.left(0);
  await host.close();

  expect(messagesOf(host).filter((message) => /batch of 15$/.test(message))).toHaveLength(1);
});

test("closing ends the long poll and waits for the batch that runs", async () => {
  const { queue, host } = await setUp(
    `exports.handler = async () => { console.log("begin"); await new Promise((r) => setTimeout(r, 200)); };`,
  );
  queue.send("one");
  await logged(host, /begin$/);

  await host.close();

  expect(queue.bodies()).toEqual([]);
});

test.each([
  ["a FIFO queue", { queueArn: `${queueArn}.fifo` }, /standard SQS queues only, not .*q\.fifo/],
  [
    "another source",
    { queueArn: "arn:aws:kinesis:us-east-1:000000000000:stream/s" },
    /not arn:aws:kinesis/,
  ],
  [
    "a large batch without a window",
    { batchSize: 11 },
    /Maximum batch window in seconds must be greater than 0/,
  ],
  ["an endless window", { maximumBatchingWindowSeconds: 301 }, /not between 0 and 300/],
])("%s is refused by name", async (_, mapping, message) => {
  const host = await startLambda();

  expect(() =>
    host.lambda.putEventSourceMapping({
      address: "aws_lambda_event_source_mapping.m",
      functionName: "consumer",
      queueArn,
      batchSize: 10,
      maximumBatchingWindowSeconds: 0,
      reportBatchItemFailures: true,
      ...mapping,
    }),
  ).toThrow(message);
  await host.close();
});
