import { cloudwatchlogs } from "./aws-sdk/cloudwatchlogs.ts";
import { dynamodb } from "./aws-sdk/dynamodb.ts";
import { eventbridge } from "./aws-sdk/eventbridge.ts";
import { lambda } from "./aws-sdk/lambda.ts";
import { rekognition } from "./aws-sdk/rekognition.ts";
import { s3 } from "./aws-sdk/s3.ts";
import type { SdkService } from "./aws-sdk/sdk-service.ts";
import { sfn } from "./aws-sdk/sfn.ts";
import { sqs } from "./aws-sdk/sqs.ts";
import { sts } from "./aws-sdk/sts.ts";
import type { Integration } from "./integration.ts";
import { sdkFailure } from "./service-failure.ts";

/** By the names of https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html */
const sdkServices: Readonly<Record<string, SdkService>> = {
  cloudwatchlogs,
  dynamodb,
  eventbridge,
  lambda,
  rekognition,
  s3,
  sfn,
  sqs,
  sts,
};

/** The names of all calls that `arn:aws:states:::aws-sdk:…` can make, e.g. `aws-sdk:s3:getObject`. */
export const awsSdkIntegrations: ReadonlyMap<string, Integration> = new Map(
  Object.entries(sdkServices).flatMap(([name, service]) =>
    [...service.actions].map(
      (action) => [`aws-sdk:${name}:${action}`, sdkIntegration(service, action)] as const,
    ),
  ),
);

function sdkIntegration(service: SdkService, action: string): Integration {
  return {
    patterns: ["waitForTaskToken"],
    async run({ invocation, ...task }) {
      invocation.onStarted();
      try {
        return await service.call(action, task);
      } catch (error) {
        const { host, call } = task;
        const local = host.services.services.get(service.signingName);
        const extendedId = service.extendedRequestId?.(call.requestId);
        throw sdkFailure(service.errors, local, error, task, extendedId);
      }
    },
  };
}
