import type { Operation } from "../service.ts";
import type { RecordMetric } from "./metric.ts";

type Members = Readonly<Record<string, unknown>>;

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/**
 * What the answers of SQS's operations count.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
const countsOf: Readonly<Record<string, (output: Members) => Readonly<Record<string, number>>>> = {
  SendMessage: () => ({ NumberOfMessagesSent: 1 }),
  SendMessageBatch: ({ Successful }) => ({ NumberOfMessagesSent: lengthOf(Successful) }),
  DeleteMessage: () => ({ NumberOfMessagesDeleted: 1 }),
  DeleteMessageBatch: ({ Successful }) => ({ NumberOfMessagesDeleted: lengthOf(Successful) }),
  ReceiveMessage({ Messages }) {
    const received = lengthOf(Messages);
    return received === 0 ? { NumberOfEmptyReceives: 1 } : { NumberOfMessagesReceived: received };
  },
};

/** The same operations, which count the messages of their queue when they were answered without an error. */
export function countingMessages(
  operations: Readonly<Record<string, Operation>>,
  record: RecordMetric,
): Readonly<Record<string, Operation>> {
  const counting = Object.entries(countsOf).flatMap(([name, counts]) => {
    const operation = operations[name];
    return operation === undefined ? [] : [[name, counted(operation, counts, record)] as const];
  });
  return { ...operations, ...Object.fromEntries(counting) };
}

const counted =
  (
    operation: Operation,
    countsIn: (output: Members) => Readonly<Record<string, number>>,
    record: RecordMetric,
  ): Operation =>
  async (input, call) => {
    const output = await operation(input, call);
    // It was parsed: an answer means that there is such a queue.
    const queueUrl = String((input as Members).QueueUrl);
    const dimension = ["QueueName", queueUrl.slice(queueUrl.lastIndexOf("/") + 1)] as const;
    for (const [name, count] of Object.entries(countsIn((output ?? {}) as Members))) {
      if (count > 0) record({ namespace: "AWS/SQS", name, dimension, unit: "Count" }, count);
    }
    return output;
  };
