import {
  CancelMessageMoveTaskCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  type Message,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqs, type SqsContract } from "./sqs/sqs-contract.ts";

let contract: SqsContract;
let work: string;
let dead: string;
let workArn: string;
let deadArn: string;

beforeAll(async () => {
  contract = await openSqs();
  dead = await contract.makeQueue("dead");
  deadArn = await contract.arnOf(dead);
  work = await contract.makeQueue("work", { RedrivePolicy: redrive(deadArn, 1) });
  workArn = await contract.arnOf(work);
});
afterAll(() => contract.close());

const redrive = (deadLetterTargetArn: string, maxReceiveCount: number): string =>
  JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
const setAttributes = (QueueUrl: string, Attributes: Record<string, string>) =>
  contract.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
const start = (input: { DestinationArn?: string; MaxNumberOfMessagesPerSecond?: number } = {}) =>
  contract.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: deadArn, ...input }));

async function tasks(): Promise<ListMessageMoveTasksResultEntry[]> {
  const { Results = [] } = await contract.sqs.send(
    new ListMessageMoveTasksCommand({ SourceArn: deadArn, MaxResults: 10 }),
  );
  return Results;
}

async function lastTaskWhen(status: string): Promise<ListMessageMoveTasksResultEntry> {
  for (const end = Date.now() + 50_000; Date.now() < end; ) {
    const [task] = await tasks();
    if (task?.Status === status) return task;
    // A receive of an empty queue, to wait for a while.
    await contract.receive(work, { WaitTimeSeconds: 1, VisibilityTimeout: 0 });
  }
  throw new Error(`no task has become ${status}`);
}

/** Receives messages of `work` once too often. @returns their ids */
async function bury(...bodies: string[]): Promise<string[]> {
  const ids = await Promise.all(bodies.map((body) => contract.send(work, body)));
  const seen = new Set<string | undefined>();
  while (seen.size < ids.length) {
    const messages = await contract.receive(work, { WaitTimeSeconds: 20, VisibilityTimeout: 0 });
    if (messages.length === 0) throw new Error("a message that was sent does not come");
    for (const { MessageId } of messages) seen.add(MessageId);
  }
  await contract.receive(work, { VisibilityTimeout: 0 });
  return ids;
}

const countOf = ({ Attributes }: Message): number => Number(Attributes?.ApproximateReceiveCount);

test("a message that was received once too often is in the dead-letter queue, and says where it died", async () => {
  const [id] = await bury("poison");

  const letter = await contract.receiveOne(dead);

  expect(letter).toMatchObject({
    MessageId: id,
    Body: "poison",
    Attributes: { DeadLetterQueueSourceArn: workArn },
  });
  expect(countOf(letter)).toBeGreaterThanOrEqual(2);
  expect(await contract.receive(work)).toEqual([]);
  await contract.remove(dead, letter);
});

test("a dead-letter queue knows the queues that it is for", async () => {
  const { queueUrls } = await contract.sqs.send(
    new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }),
  );

  expect(queueUrls).toEqual([work]);
});

test("dead letters go back as new messages", async () => {
  const [id] = await bury("second chance");

  const { TaskHandle } = await start();
  const message = await contract.receiveOne(work);

  expect(TaskHandle).toMatch(/./);
  expect(message).toMatchObject({
    Body: "second chance",
    Attributes: { ApproximateReceiveCount: "1" },
  });
  expect(message.Attributes).not.toHaveProperty("DeadLetterQueueSourceArn");
  expect(message.MessageId).not.toBe(id);
  expect(await lastTaskWhen("COMPLETED")).toMatchObject({
    SourceArn: deadArn,
    ApproximateNumberOfMessagesMoved: 1,
  });
  await contract.remove(work, message);
});

test("dead letters can go to another queue", async () => {
  const other = await contract.makeQueue("other");
  const DestinationArn = await contract.arnOf(other);
  await bury("elsewhere");

  await start({ DestinationArn });

  expect((await contract.receiveOne(other)).Body).toBe("elsewhere");
  expect(await lastTaskWhen("COMPLETED")).toMatchObject({ DestinationArn });
});

test("a task that runs is the only one, and can be cancelled", async () => {
  await bury("a", "b", "c", "d", "e", "f");
  const { TaskHandle } = await start({ MaxNumberOfMessagesPerSecond: 1 });

  await expect(start()).rejects.toThrow("There is already a task running.");
  await contract.sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));

  expect(await lastTaskWhen("CANCELLED")).toMatchObject({ MaxNumberOfMessagesPerSecond: 1 });
});

test("only a dead-letter queue has dead letters to move", async () => {
  await expect(
    contract.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: workArn })),
  ).rejects.toThrow("Source queue must be configured as a Dead Letter Queue.");
  await expect(start({ DestinationArn: `${deadArn}-nowhere` })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

test("a queue decides whose dead letters it takes", async () => {
  const closed = await contract.makeQueue("closed", {
    RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }),
  });
  const chosen = await contract.makeQueue("chosen", {
    RedriveAllowPolicy: JSON.stringify({
      redrivePermission: "byQueue",
      sourceQueueArns: [workArn],
    }),
  });
  const stranger = await contract.makeQueue("stranger");
  const [closedArn, chosenArn] = [await contract.arnOf(closed), await contract.arnOf(chosen)];

  await expect(
    setAttributes(stranger, { RedrivePolicy: redrive(closedArn, 3) }),
  ).rejects.toMatchObject({ name: "InvalidParameterValue" });
  await expect(
    setAttributes(stranger, { RedrivePolicy: redrive(chosenArn, 3) }),
  ).rejects.toMatchObject({ name: "InvalidParameterValue" });
  await setAttributes(work, { RedrivePolicy: redrive(chosenArn, 3) });
  await setAttributes(work, { RedrivePolicy: redrive(deadArn, 1) });
});

test.each([
  ["a queue that isn't there", () => redrive(`${deadArn}-nowhere`, 1)],
  ["no receive at all", () => redrive(deadArn, 0)],
  ["more than 1000 receives", () => redrive(deadArn, 1001)],
])("a redrive policy with %s is refused", async (_, policy) => {
  await expect(setAttributes(work, { RedrivePolicy: policy() })).rejects.toMatchObject({
    name: "InvalidParameterValue",
  });
});
