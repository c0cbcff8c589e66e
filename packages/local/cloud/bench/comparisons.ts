import { randomBytes } from "node:crypto";
import { bareClients } from "./bare-clients.ts";
import type { Clients, JsonCalls, S3Calls } from "./clients.ts";
import { prepareDynamoDb } from "./dynamodb-load.ts";
import type { Load, Pair } from "./measure.ts";
import { prepareS3 } from "./s3-load.ts";
import type { ServerAddress } from "./server-process.ts";
import { prepareSqs } from "./sqs-load.ts";

/** How much there is to read; a short run has less. */
export interface Amounts {
  readonly listedKeys: number;
  /** In the queue before a window that takes them one by one. It ends early when it has taken all. */
  readonly waitingMessages: number;
}

export interface Comparison {
  readonly service: "s3" | "sqs" | "dynamodb";
  readonly baseline: string;
  /** What starts the baseline. */
  readonly script: string;
  /** Fills used servers. */
  prepare(
    clients: Clients,
    ours: ServerAddress,
    baseline: ServerAddress,
    amounts: Amounts,
  ): Promise<{ pairs: readonly Pair[]; close(): void }>;
}

const concurrency = 16;

/** Goals, where they aren't 1, are what the first prototype of the local cloud did against fauxqs. */
export const comparisons: readonly Comparison[] = [
  {
    service: "s3",
    baseline: "fauxqs 2.4.1",
    script: "serve-fauxqs.ts",
    async prepare(clients, one, other, { listedKeys }) {
      const photo = { body: randomBytes(200_000), contentType: "image/jpeg" };
      const used = [one, other].flatMap((server) =>
        [clients, bareClients].map((by) => by.s3(server, photo)),
      ) as [S3Calls, S3Calls, S3Calls, S3Calls];
      const ours = await prepareS3(used[0], used[1], photo, listedKeys);
      const baseline = await prepareS3(used[2], used[3], photo, listedKeys);
      const pair = pairing(ours, baseline);
      return {
        pairs: [
          pair("put", "PutObject, 200 kB", 1.34),
          pair("get", "GetObject, 200 kB", 1.52),
          pair("head", "HeadObject", 1.3),
          pair("list", `List all of ${listedKeys} keys`, 2.3, 1),
        ],
        close: () => used.forEach((client) => void client.close()),
      };
    },
  },
  {
    service: "sqs",
    baseline: "fauxqs 2.4.1",
    script: "serve-fauxqs.ts",
    async prepare(clients, one, other, { waitingMessages }) {
      const used = [one, other].flatMap((server) =>
        [clients, bareClients].map((by) => by.json(server, "sqs")),
      ) as [JsonCalls, JsonCalls, JsonCalls, JsonCalls];
      const ours = prepareSqs(used[0], used[1], waitingMessages);
      const baseline = prepareSqs(used[2], used[3], waitingMessages);
      const pair = pairing(ours, baseline);
      return {
        pairs: [
          pair("send", "SendMessage, 1 kB"),
          pair("receiveAndDelete", "ReceiveMessage + DeleteMessage"),
          pair("sendBatch", "SendMessageBatch of 10"),
          pair("receiveAndDeleteBatch", "Receive 10 + DeleteMessageBatch"),
        ],
        close: () => used.forEach((client) => void client.close()),
      };
    },
  },
  {
    service: "dynamodb",
    baseline: "dynalite 4.0.0",
    script: "serve-dynalite.ts",
    async prepare(clients, one, other) {
      const used = [clients.json(one, "dynamodb"), clients.json(other, "dynamodb")] as const;
      const ours = await prepareDynamoDb(used[0]);
      const baseline = await prepareDynamoDb(used[1]);
      const pair = pairing(ours, baseline);
      return {
        pairs: [
          pair("put", "PutItem, 600 bytes"),
          pair("get", "GetItem"),
          pair("update", "UpdateItem with a condition"),
          pair("query", "Query of 20 items"),
          pair("batchWrite", "BatchWriteItem of 25"),
        ],
        close: () => used.forEach((client) => void client.close()),
      };
    },
  },
];

const pairing =
  <Name extends string>(ours: Record<Name, Load>, baseline: Record<Name, Load>) =>
  (operation: Name, name: string, goal = 1, atOnce = concurrency): Pair => ({
    name,
    goal,
    concurrency: atOnce,
    ours: ours[operation],
    baseline: baseline[operation],
  });
