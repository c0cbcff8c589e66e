import { awsSdkIntegrations } from "./aws-sdk-integration.ts";
import { dynamodbItems } from "./dynamodb-items.ts";
import { eventsPutEvents } from "./events-put-events.ts";
import type { Integration } from "./integration.ts";
import { lambdaInvoke } from "./lambda-invoke.ts";
import { sqsSendMessage } from "./sqs-send-message.ts";
import { statesStartExecution } from "./states-start-execution.ts";

/** What there is, by what stands behind `arn:aws:states:::` and before the pattern. */
export const integrations: ReadonlyMap<string, Integration> = new Map([
  ["events:putEvents", eventsPutEvents],
  ["lambda:invoke", lambdaInvoke],
  ["sqs:sendMessage", sqsSendMessage],
  ["states:startExecution", statesStartExecution],
  ...Object.entries(dynamodbItems),
  ...awsSdkIntegrations,
]);
