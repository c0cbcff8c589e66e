import { withTextMembers } from "../json-value.ts";
import { isSqsError } from "../sqs-send-message.ts";
import { convert } from "./convert.ts";
import { jsonSdkService } from "./sdk-service.ts";

export const sqs = jsonSdkService({
  signingName: "sqs",
  errors: { service: "Sqs", general: "SqsException", isModelled: isSqsError },
  actions: [
    "cancelMessageMoveTask",
    "changeMessageVisibility",
    "changeMessageVisibilityBatch",
    "createQueue",
    "deleteMessage",
    "deleteMessageBatch",
    "deleteQueue",
    "getQueueAttributes",
    "getQueueUrl",
    "listDeadLetterSourceQueues",
    "listMessageMoveTasks",
    "listQueues",
    "listQueueTags",
    "purgeQueue",
    "receiveMessage",
    "sendMessage",
    "sendMessageBatch",
    "setQueueAttributes",
    "startMessageMoveTask",
    "tagQueue",
    "untagQueue",
  ],
  toInput: (parameters) => withTextMembers(parameters, ["MessageBody"]),
  // The SDK for Java writes MD5OfBody and its like so.
  toOutput: (output) =>
    convert(
      output,
      (name, value) => [name.replace(/^MD5Of/, "Md5Of"), value],
      new Set(["Attributes", "MessageAttributes", "Tags"]),
    ),
});
