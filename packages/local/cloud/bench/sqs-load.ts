import type { JsonCalls } from "./clients.ts";
import type { Load } from "./measure.ts";

/** As long as what S3 sends for an object. */
const body = "x".repeat(1000);
const batchSize = 10;

export interface SqsLoad {
  readonly send: Load;
  readonly receiveAndDelete: Load;
  readonly sendBatch: Load;
  readonly receiveAndDeleteBatch: Load;
}

/**
 * Every window has a queue of its own, and it is deleted after it.
 * @param filler what isn't measured goes by this client
 * @param waiting how many messages wait before a window that takes them one by one; twice as many if it takes ten at once
 */
export function prepareSqs({ call }: JsonCalls, filler: JsonCalls, waiting: number): SqsLoad {
  let queues = 0;
  let QueueUrl = "";

  const create = async (): Promise<void> => {
    const answer = await call("CreateQueue", { QueueName: `bench-${queues++}` });
    QueueUrl = String(answer.QueueUrl);
  };
  const clear = async (): Promise<void> => {
    await call("DeleteQueue", { QueueUrl });
  };
  const entries = Array.from({ length: batchSize }, (_, index) => ({
    Id: String(index),
    MessageBody: body,
  }));
  const sendBatch = async (send: JsonCalls["call"]): Promise<boolean> => {
    const { Successful } = await send("SendMessageBatch", { QueueUrl, Entries: entries });
    return all(Successful, batchSize);
  };
  const createFull = (count: number) => async (): Promise<void> => {
    await create();
    let left = count;
    const sender = async (): Promise<void> => {
      while (left-- > 0) await sendBatch(filler.call);
    };
    await Promise.all(Array.from({ length: 8 }, sender));
  };
  const receive = async (maximum: number): Promise<{ Body: string; ReceiptHandle: string }[]> => {
    const { Messages = [] } = await call("ReceiveMessage", {
      QueueUrl,
      MaxNumberOfMessages: maximum,
      AttributeNames: ["All"],
    });
    const messages = Messages as { Body: string; ReceiptHandle: string }[];
    if (messages.some(({ Body }) => Body !== body)) throw new Error("a message has changed");
    return messages;
  };

  return {
    send: {
      prepare: create,
      clear,
      async call() {
        await call("SendMessage", { QueueUrl, MessageBody: body });
        return true;
      },
    },
    receiveAndDelete: {
      prepare: createFull(waiting / batchSize),
      clear,
      async call() {
        const [message] = await receive(1);
        if (message === undefined) return false;
        await call("DeleteMessage", { QueueUrl, ReceiptHandle: message.ReceiptHandle });
        return true;
      },
    },
    sendBatch: { prepare: create, clear, call: () => sendBatch(call) },
    receiveAndDeleteBatch: {
      prepare: createFull((2 * waiting) / batchSize),
      clear,
      async call() {
        const messages = await receive(batchSize);
        if (messages.length < batchSize) return false;
        const { Successful } = await call("DeleteMessageBatch", {
          QueueUrl,
          Entries: messages.map(({ ReceiptHandle }, index) => ({
            Id: String(index),
            ReceiptHandle,
          })),
        });
        return all(Successful, batchSize);
      },
    },
  };
}

function all(list: unknown, length: number): true {
  if (Array.isArray(list) && list.length === length) return true;
  throw new Error(`a part of the batch failed: ${JSON.stringify(list)}`);
}
