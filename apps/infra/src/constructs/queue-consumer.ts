import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping/index.js";
import { Construct } from "constructs";
import type { PipelineFunction } from "./pipeline-function.ts";
import { allow } from "./policy.ts";
import type { PrivateQueue } from "./private-queue.ts";

/** Messages per call: the most without a batching window. Each is answered by itself. */
const batchSize = 10;

/**
 * The fewest that Lambda allows
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html), and enough: two calls of
 * ten messages each start photos faster than they are processed, and about as fast as StartExecution
 * lets one (300 a second in the largest regions, 150 in the others, after a burst of 1,300 or 800:
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). What is started competes
 * for the account's Lambda concurrency and Rekognition's rate; what waits in the queue competes for
 * nothing.
 */
const maximumConcurrency = 2;

/** A queue's messages go to a function, which answers with those that failed. */
export class QueueConsumer extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { source, target }: { readonly source: PrivateQueue; readonly target: PipelineFunction },
  ) {
    super(scope, id);
    const receive = target.permit("receive", [
      allow(
        "Receive",
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        [source.queue.arn],
      ),
    ]);
    new LambdaEventSourceMapping(this, "mapping", {
      eventSourceArn: source.queue.arn,
      functionName: target.arn,
      batchSize,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency },
      // Lambda refuses a mapping whose function may not receive.
      dependsOn: [receive],
    });
  }
}
