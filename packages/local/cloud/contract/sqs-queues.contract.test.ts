import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqs, type SqsContract } from "./sqs/sqs-contract.ts";

let contract: SqsContract;
let queue: string;
let missing: string;

beforeAll(async () => {
  contract = await openSqs();
  queue = await contract.makeQueue("queues");
  missing = `${queue}-nowhere`;
});
afterAll(() => contract.close());

const nameOf = (url: string): string => url.slice(url.lastIndexOf("/") + 1);
const create = (Attributes: Record<string, string>, tags?: Record<string, string>) =>
  contract.sqs.send(new CreateQueueCommand({ QueueName: nameOf(queue), Attributes, tags }));
const set = (Attributes: Record<string, string>) =>
  contract.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes }));
async function attributes(QueueUrl: string, ...AttributeNames: QueueAttributeName[]) {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames });
  return (await contract.sqs.send(command)).Attributes;
}
async function tags(): Promise<Record<string, string>> {
  const { Tags = {} } = await contract.sqs.send(new ListQueueTagsCommand({ QueueUrl: queue }));
  return Tags;
}

test("a new queue has SQS's defaults", async () => {
  expect(await attributes(queue, "All")).toMatchObject({
    QueueArn: expect.stringMatching(new RegExp(`^arn:aws:sqs:.*:${nameOf(queue)}$`)),
    VisibilityTimeout: "30",
    MessageRetentionPeriod: "345600",
    MaximumMessageSize: "1048576",
    DelaySeconds: "0",
    ReceiveMessageWaitTimeSeconds: "0",
    SqsManagedSseEnabled: "true",
    ApproximateNumberOfMessages: "0",
    ApproximateNumberOfMessagesNotVisible: "0",
    ApproximateNumberOfMessagesDelayed: "0",
    CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
    LastModifiedTimestamp: expect.stringMatching(/^\d{10}$/),
  });
});

test("only the attributes that are asked for are told", async () => {
  expect(await attributes(queue, "VisibilityTimeout", "Policy")).toEqual({
    VisibilityTimeout: "30",
  });
  expect(await attributes(queue)).toBeUndefined();
});

test("a queue is found by its name", async () => {
  const { QueueUrl } = await contract.sqs.send(
    new GetQueueUrlCommand({ QueueName: nameOf(queue) }),
  );

  expect(QueueUrl).toBe(queue);
});

test("attributes are changed, and an empty policy is none", async () => {
  await set({ VisibilityTimeout: "31", ReceiveMessageWaitTimeSeconds: "1", Policy: "" });

  expect(await attributes(queue, "VisibilityTimeout", "ReceiveMessageWaitTimeSeconds")).toEqual({
    VisibilityTimeout: "31",
    ReceiveMessageWaitTimeSeconds: "1",
  });
  await set({ VisibilityTimeout: "30", ReceiveMessageWaitTimeSeconds: "0" });
});

test.each([
  ["VisibilityTimeout", "43201"],
  ["MessageRetentionPeriod", "59"],
  ["MaximumMessageSize", "1048577"],
  ["MaximumMessageSize", "1023"],
  ["DelaySeconds", "-1"],
  ["ReceiveMessageWaitTimeSeconds", "many"],
])("an attribute out of its range is refused: %s = %s", async (name, value) => {
  await expect(set({ [name]: value })).rejects.toMatchObject({
    name: "InvalidAttributeValue",
    message: expect.stringContaining(`Invalid value for the parameter ${name}.`),
  });
});

test("an attribute that there isn't is refused by name", async () => {
  await expect(set({ Colour: "red" })).rejects.toMatchObject({
    name: "InvalidAttributeName",
    message: "Unknown Attribute Colour.",
  });
  await expect(attributes(queue, "Colour" as QueueAttributeName)).rejects.toMatchObject({
    name: "InvalidAttributeName",
    message: "Unknown Attribute Colour.",
  });
});

test("making a queue again gives it when it is the same, and is refused otherwise", async () => {
  expect((await create({ VisibilityTimeout: "30" })).QueueUrl).toBe(queue);
  await expect(create({ VisibilityTimeout: "32" })).rejects.toMatchObject({
    name: "QueueNameExists",
    message: expect.stringContaining(
      "A queue already exists with the same name and a different value for attribute VisibilityTimeout",
    ),
  });
});

test("a name has letters, digits, hyphens and underscores, up to 80", async () => {
  for (const QueueName of ["a b", "a.b", "a".repeat(81)]) {
    await expect(contract.sqs.send(new CreateQueueCommand({ QueueName }))).rejects.toMatchObject({
      name: "InvalidParameterValue",
      message: expect.stringContaining("alphanumeric characters, hyphens, or underscores"),
    });
  }
});

test("queues are listed by the start of their name, in pages", async () => {
  const urls: string[] = [];
  for (const end of ["a", "b", "c"]) urls.push(await contract.makeQueue(`listed-${end}`));
  const QueueNamePrefix = nameOf(contract.target.uniqueName("listed-")).replace(/-[^-]*$/, "");

  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await contract.sqs.send(
      new ListQueuesCommand({ QueueNamePrefix, MaxResults: 2, NextToken }),
    );
    expect(page.QueueUrls?.length ?? 0).toBeLessThanOrEqual(2);
    found.push(...(page.QueueUrls ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);

  expect(found).toEqual(expect.arrayContaining(urls));
});

test("tags are put, replaced and taken away", async () => {
  const tag = (Tags: Record<string, string>) =>
    contract.sqs.send(new TagQueueCommand({ QueueUrl: queue, Tags }));
  await tag({ project: "darkroom", "cost:centre": "1" });
  await tag({ project: "Dunkelkammer ü", empty: "" });

  expect(await tags()).toEqual({ project: "Dunkelkammer ü", "cost:centre": "1", empty: "" });

  await contract.sqs.send(
    new UntagQueueCommand({ QueueUrl: queue, TagKeys: ["project", "cost:centre", "unknown"] }),
  );
  expect(await tags()).toEqual({ empty: "" });
  await contract.sqs.send(new UntagQueueCommand({ QueueUrl: queue, TagKeys: ["empty"] }));
  expect(await tags()).toEqual({});
});

test.each([
  ["reserved for AWS", { "aws:x": "" }],
  ["too long", { ["x".repeat(129)]: "" }],
  ["with a value that is too long", { x: "x".repeat(257) }],
  [
    "one too many",
    Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, ""])),
  ],
])("a tag that is %s is refused", async (_, Tags) => {
  await expect(
    contract.sqs.send(new TagQueueCommand({ QueueUrl: queue, Tags })),
  ).rejects.toMatchObject({ name: "InvalidParameterValue" });
});

test("a queue can be made with tags", async () => {
  const QueueUrl = await contract.makeQueue("tagged", {}, { a: "b" });

  const { Tags } = await contract.sqs.send(new ListQueueTagsCommand({ QueueUrl }));

  expect(Tags).toEqual({ a: "b" });
});

test("a purged queue is empty, and can't be purged again within a minute", async () => {
  const full = await contract.makeQueue("full");
  await contract.send(full, "x");
  const purge = () => contract.sqs.send(new PurgeQueueCommand({ QueueUrl: full }));

  await purge();

  await expect(purge()).rejects.toMatchObject({
    name: "PurgeQueueInProgress",
    message: `Only one PurgeQueue operation on ${nameOf(full)} is allowed every 60 seconds.`,
    $metadata: { httpStatusCode: 403 },
  });
});

test("a queue that isn't there is told in the codes of both protocols", async () => {
  const failure = {
    name: "QueueDoesNotExist",
    message: "The specified queue does not exist.",
    Code: "AWS.SimpleQueueService.NonExistentQueue",
    $metadata: { httpStatusCode: 400 },
  };

  await expect(contract.send(missing, "x")).rejects.toMatchObject(failure);
  await expect(
    contract.sqs.send(new ReceiveMessageCommand({ QueueUrl: missing })),
  ).rejects.toMatchObject(failure);
  await expect(
    contract.sqs.send(new GetQueueUrlCommand({ QueueName: nameOf(missing) })),
  ).rejects.toMatchObject({ name: "QueueDoesNotExist" });
});

test("a handle that is none is told as such", async () => {
  await expect(contract.remove(queue, { ReceiptHandle: "made up" })).rejects.toMatchObject({
    name: "ReceiptHandleIsInvalid",
    message: 'The input receipt handle "made up" is not a valid receipt handle.',
    $metadata: { httpStatusCode: 404 },
  });
});

test("a parameter that is missing is told by name", async () => {
  await expect(contract.send(queue, "")).rejects.toMatchObject({
    Code: "MissingParameter",
    message: "The request must contain the parameter MessageBody.",
  });
});
