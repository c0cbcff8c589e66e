import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { openTarget, type Target } from "../target.ts";

/** SQS as these tests see it, with queues of their own. */
export interface SqsContract {
  readonly target: Target;
  readonly sqs: SQSClient;
  /** Makes a queue, which is deleted at the end. @returns its URL */
  makeQueue(
    purpose: string,
    attributes?: Partial<Record<QueueAttributeName, string>>,
    tags?: Record<string, string>,
  ): Promise<string>;
  arnOf(queueUrl: string): Promise<string>;
  send(QueueUrl: string, body: string, more?: Partial<SendMessageCommandInput>): Promise<string>;
  /** Up to 10 messages with all attributes; waits for a second for the first, since AWS's may take a moment. */
  receive(QueueUrl: string, more?: Partial<ReceiveMessageCommandInput>): Promise<Message[]>;
  /** The one message that there must be within 20 seconds. */
  receiveOne(QueueUrl: string, more?: Partial<ReceiveMessageCommandInput>): Promise<Message>;
  remove(QueueUrl: string, message: Message): Promise<void>;
  close(): Promise<void>;
}

export async function openSqs(): Promise<SqsContract> {
  const target = await openTarget();
  const sqs = new SQSClient({ ...target.client, maxAttempts: 1 });
  const queues: string[] = [];

  const receive: SqsContract["receive"] = async (QueueUrl, more = {}) => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["All"],
        ...more,
      }),
    );
    return Messages;
  };

  return {
    target,
    sqs,
    receive,

    async makeQueue(purpose, Attributes, tags) {
      const QueueName = target.uniqueName(purpose);
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes, tags }));
      if (QueueUrl === undefined) throw new Error(`${QueueName} has no URL`);
      queues.push(QueueUrl);
      return QueueUrl;
    },

    async arnOf(QueueUrl) {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
      );
      return Attributes?.QueueArn ?? "";
    },

    async send(QueueUrl, MessageBody, more = {}) {
      const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
      return sent.MessageId ?? "";
    },

    async receiveOne(QueueUrl, more = {}) {
      const [message] = await receive(QueueUrl, { WaitTimeSeconds: 20, ...more });
      if (message === undefined) throw new Error(`no message came from ${QueueUrl}`);
      return message;
    },

    async remove(QueueUrl, { ReceiptHandle }) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    },

    async close() {
      for (const QueueUrl of queues) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
      sqs.destroy();
      await target.close();
    },
  };
}
