import { type Json, TaskFailedError } from "@darkroom/states";
import { jsonType, queryCode } from "../../sqs/errors.ts";
import { callJson, requireService } from "./call-service.ts";
import type { Integration } from "./integration.ts";
import { sorted, withTextMembers } from "./json-value.ts";
import { sdkMetadata } from "./sdk-metadata.ts";
import { type ErrorNames, optimizedFailure } from "./service-failure.ts";

const errors: ErrorNames = {
  service: "SQS",
  inCause: "AmazonSQS",
  general: "AmazonSQSException",
  isModelled: isSqsError,
  codeInCause: queryCode,
};

/** Whether SQS's own model has an error of this code. */
export function isSqsError(code: string): boolean {
  return jsonType(code).startsWith("com.amazonaws.sqs#");
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html */
export const sqsSendMessage: Integration = {
  patterns: ["waitForTaskToken"],
  rules: {
    required: ["MessageBody", "QueueUrl"],
    optional: ["DelaySeconds", "MessageAttributes", "MessageDeduplicationId", "MessageGroupId"],
  },
  async run({ host, call, parameters, invocation }) {
    invocation.onStarted();
    const unknown = unknownHost(parameters.QueueUrl);
    if (unknown !== undefined) {
      throw new TaskFailedError(
        "SQS.SdkClientException",
        `Unable to execute HTTP request: ${unknown}: Name or service not known`,
      );
    }
    const service = requireService(host.services, "sqs");
    try {
      const input = withTextMembers(parameters, ["MessageBody"]);
      const result = (await callJson(host.services, "sqs", "SendMessage", input, call)) as object;
      return sorted({
        ...result,
        ...sdkMetadata({
          requestId: call.requestId,
          now: host.now(),
          body: JSON.stringify(result),
          contentType: "application/x-amz-json-1.0",
          headers: { connection: "keep-alive" },
        }),
      });
    } catch (error) {
      throw optimizedFailure(errors, service, error, { call, host });
    }
  },
};

/**
 * The host of a queue's URL, to which its requests are sent, when there can be none of that name: what is no URL is a
 * host's name as a whole, and of the names without a dot only localhost is somebody's.
 */
function unknownHost(url: Json | undefined): string | undefined {
  if (typeof url !== "string") return undefined;
  const host = /^https?:\/\/([^/:]*)/.exec(url)?.[1] ?? url;
  return host.includes(".") || host.toLowerCase() === "localhost" ? undefined : host;
}
