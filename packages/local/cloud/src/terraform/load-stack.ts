import type { Place } from "../place.ts";
import { checkDeployment } from "./check-deployment.ts";
import { type Draft, emptyDraft } from "./draft.ts";
import { evaluateStack } from "./evaluate.ts";
import { dynamodbResources } from "./resources/dynamodb.ts";
import { eventsResources } from "./resources/events.ts";
import { iamResources } from "./resources/iam.ts";
import { lambdaResources } from "./resources/lambda.ts";
import { logsResources } from "./resources/logs.ts";
import { s3Resources } from "./resources/s3.ts";
import { sqsResources } from "./resources/sqs.ts";
import { statesResources } from "./resources/states.ts";
import { parseStack } from "./stack.ts";

/** Resource types that are deployed and mean nothing on one machine, each with its reason. Nothing else is left out. */
const withoutLocalMeaning = new Map([
  ["aws_s3_bucket_lifecycle_configuration", "disk space on a laptop is its owner's to manage"],
  [
    "aws_s3_bucket_server_side_encryption_configuration",
    "the data folder is on the user's own disk, readable by its owner alone",
  ],
  ["aws_cloudwatch_metric_alarm", "there is nobody to wake: `darkroom report` and the logs tell"],
  ["aws_sns_topic", "it carries the alarms to people, and there are none here"],
]);

/**
 * Reads a synthesized stack as what the local cloud has to set up, in the region of its AWS provider.
 * @throws Error that names the resource and what about it can't be done locally, or what AWS would refuse about it.
 */
export function loadStack(
  json: string,
  accountId: string,
): { place: Place; draft: Draft; outputs: ReadonlyMap<string, unknown> } {
  const draft = emptyDraft();
  const types = new Map(
    [
      s3Resources,
      sqsResources,
      dynamodbResources,
      iamResources,
      lambdaResources,
      statesResources,
      eventsResources,
      logsResources,
    ].flatMap((resources) => Object.entries(resources(draft))),
  );
  const stack = parseStack(json);
  const place: Place = { accountId, region: stack.region };
  const outputs = evaluateStack(stack, place, types, withoutLocalMeaning);
  checkDeployment(draft, place);
  return { place, draft, outputs };
}
