import type { QueryMembers, QueryType } from "../http/query-protocol.ts";

/** What the query protocol calls the members of SQS's operations: the input, and the output if there is one. */
interface OperationShape {
  readonly input: QueryMembers;
  readonly output?: QueryMembers;
}

const string: QueryType = { kind: "string" };
const integer: QueryType = { kind: "integer" };
const boolean: QueryType = { kind: "boolean" };
const structure = (members: QueryMembers): QueryType => ({ kind: "structure", members });

/** Members that have one name in both protocols. */
const named = (type: QueryType, ...names: readonly string[]): QueryMembers =>
  Object.fromEntries(names.map((name) => [name, { name, type }]));

const list = (member: string, name: string, of: QueryType): QueryMembers => ({
  [member]: { name, type: { kind: "list", of } },
});
const map = (member: string, name: string, of: QueryType): QueryMembers => ({
  [member]: { name, type: { kind: "map", keyName: "Name", valueName: "Value", of } },
});

const attributeValue = structure({
  ...named(string, "StringValue", "BinaryValue", "DataType"),
  ...list("StringListValues", "StringListValue", string),
  ...list("BinaryListValues", "BinaryListValue", string),
});
const attributes = map("Attributes", "Attribute", string);
const attributeNames = list("AttributeNames", "AttributeName", string);
const messageAttributes = map("MessageAttributes", "MessageAttribute", attributeValue);
/** Unlike other maps, tags are written as Key and Value. */
const tags = (member: string): QueryMembers => ({
  [member]: { name: "Tag", type: { kind: "map", keyName: "Key", valueName: "Value", of: string } },
});
const queueUrl = named(string, "QueueUrl");
const page = { ...named(integer, "MaxResults"), ...named(string, "NextToken") };

const message = {
  ...named(string, "MessageBody"),
  ...named(integer, "DelaySeconds"),
  ...messageAttributes,
  ...map("MessageSystemAttributes", "MessageSystemAttribute", attributeValue),
};
const sent = named(
  string,
  "MessageId",
  "MD5OfMessageBody",
  "MD5OfMessageAttributes",
  "MD5OfMessageSystemAttributes",
);
const deletion = named(string, "ReceiptHandle");
const visibilityChange = { ...deletion, ...named(integer, "VisibilityTimeout") };

function batch(operation: string, entry: QueryMembers, answer: QueryMembers): OperationShape {
  const id = named(string, "Id");
  return {
    input: {
      ...queueUrl,
      ...list("Entries", `${operation}RequestEntry`, structure({ ...id, ...entry })),
    },
    output: {
      ...list("Successful", `${operation}ResultEntry`, structure({ ...id, ...answer })),
      ...list(
        "Failed",
        "BatchResultErrorEntry",
        structure({
          ...named(string, "Id", "Code", "Message"),
          ...named(boolean, "SenderFault"),
        }),
      ),
    },
  };
}

const moveTask = structure({
  ...named(string, "TaskHandle", "Status", "SourceArn", "DestinationArn", "FailureReason"),
  ...named(
    integer,
    "MaxNumberOfMessagesPerSecond",
    "ApproximateNumberOfMessagesMoved",
    "ApproximateNumberOfMessagesToMove",
    "StartedTimestamp",
  ),
});

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ in the form before the JSON protocol. */
export const queryShapes: Readonly<Record<string, OperationShape>> = {
  SendMessage: { input: { ...queueUrl, ...message }, output: sent },
  SendMessageBatch: batch("SendMessageBatch", message, sent),
  ReceiveMessage: {
    input: {
      ...queueUrl,
      ...attributeNames,
      ...list("MessageSystemAttributeNames", "MessageSystemAttributeName", string),
      ...list("MessageAttributeNames", "MessageAttributeName", string),
      ...named(integer, "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds"),
    },
    output: list(
      "Messages",
      "Message",
      structure({
        ...named(string, "MessageId", "ReceiptHandle", "MD5OfBody", "Body"),
        ...attributes,
        ...named(string, "MD5OfMessageAttributes"),
        ...messageAttributes,
      }),
    ),
  },
  DeleteMessage: { input: { ...queueUrl, ...deletion } },
  DeleteMessageBatch: batch("DeleteMessageBatch", deletion, {}),
  ChangeMessageVisibility: { input: { ...queueUrl, ...visibilityChange } },
  ChangeMessageVisibilityBatch: batch("ChangeMessageVisibilityBatch", visibilityChange, {}),
  CreateQueue: {
    input: { ...named(string, "QueueName"), ...attributes, ...tags("tags") },
    output: queueUrl,
  },
  DeleteQueue: { input: queueUrl },
  TagQueue: { input: { ...queueUrl, ...tags("Tags") } },
  UntagQueue: { input: { ...queueUrl, ...list("TagKeys", "TagKey", string) } },
  ListQueueTags: { input: queueUrl, output: tags("Tags") },
  PurgeQueue: { input: queueUrl },
  GetQueueUrl: {
    input: named(string, "QueueName", "QueueOwnerAWSAccountId"),
    output: queueUrl,
  },
  GetQueueAttributes: { input: { ...queueUrl, ...attributeNames }, output: attributes },
  SetQueueAttributes: { input: { ...queueUrl, ...attributes } },
  ListQueues: {
    input: { ...named(string, "QueueNamePrefix"), ...page },
    output: { ...list("QueueUrls", "QueueUrl", string), ...named(string, "NextToken") },
  },
  ListDeadLetterSourceQueues: {
    input: { ...queueUrl, ...page },
    output: { ...list("queueUrls", "QueueUrl", string), ...named(string, "NextToken") },
  },
  StartMessageMoveTask: {
    input: {
      ...named(string, "SourceArn", "DestinationArn"),
      ...named(integer, "MaxNumberOfMessagesPerSecond"),
    },
    output: named(string, "TaskHandle"),
  },
  ListMessageMoveTasks: {
    input: { ...named(string, "SourceArn"), ...named(integer, "MaxResults") },
    output: list("Results", "ListMessageMoveTasksResultEntry", moveTask),
  },
  CancelMessageMoveTask: {
    input: named(string, "TaskHandle"),
    output: named(integer, "ApproximateNumberOfMessagesMoved"),
  },
};
