import { S3BucketNotification } from "@cdktf/provider-aws/lib/s3-bucket-notification/index.js";
import { SqsQueueRedriveAllowPolicy } from "@cdktf/provider-aws/lib/sqs-queue-redrive-allow-policy/index.js";
import { incomingPrefix } from "@darkroom/workflow";
import { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import type { LandingBucket } from "./landing-bucket.ts";
import type { PipelineFunction } from "./pipeline-function.ts";
import { PrivateQueue } from "./private-queue.ts";
import { QueueConsumer } from "./queue-consumer.ts";

/**
 * Lambda's own advice: six times the function's timeout, and at least five receives, so that no message
 * dies of throttling
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
 */
const visibilityPerTimeout = 6;
const maxReceiveCount = 5;

export interface PhotoEventsProps {
  readonly deployment: Deployment;
  readonly landing: LandingBucket;
  /** Gets the event of every object that lands. */
  readonly consumer: PipelineFunction;
  /** Records what the consumer failed on so often that its message died. */
  readonly deadLetterConsumer: PipelineFunction;
}

/** From the bucket to the function that starts executions: through a queue, which absorbs bursts. */
export class PhotoEvents extends Construct {
  readonly events: PrivateQueue;
  readonly deadLetters: PrivateQueue;

  constructor(scope: Construct, id: string, props: PhotoEventsProps) {
    super(scope, id);
    const { deployment, landing, consumer, deadLetterConsumer } = props;
    this.deadLetters = new PrivateQueue(this, "dead", {
      deployment,
      name: "photo-events-dead",
      // The longest there is. A message keeps its age when it is moved here, so it must outlast the queue's.
      retentionDays: 14,
      visibilityTimeoutSeconds: visibilityPerTimeout * deadLetterConsumer.timeoutSeconds,
    });
    this.events = new PrivateQueue(this, "events", {
      deployment,
      name: "photo-events",
      retentionDays: 4,
      visibilityTimeoutSeconds: visibilityPerTimeout * consumer.timeoutSeconds,
      deadLetters: { queue: this.deadLetters, maxReceiveCount },
      sender: {
        service: "s3.amazonaws.com",
        sourceArn: landing.bucket.arn,
        sourceAccount: deployment.accountId,
      },
    });
    new SqsQueueRedriveAllowPolicy(this, "dead_from", {
      queueUrl: this.deadLetters.queue.url,
      redriveAllowPolicy: JSON.stringify({
        redrivePermission: "byQueue",
        sourceQueueArns: [this.events.queue.arn],
      }),
    });

    new S3BucketNotification(this, "notification", {
      bucket: landing.bucket.id,
      queue: [
        {
          id: "photo-events",
          queueArn: this.events.queue.arn,
          events: ["s3:ObjectCreated:*"],
          // Nothing derived is ever written here: no thumbnail can start an execution.
          filterPrefix: incomingPrefix,
        },
      ],
      // S3 tries the queue when it is set.
      dependsOn: [this.events.policy],
    });
    new QueueConsumer(this, "start", { source: this.events, target: consumer });
    new QueueConsumer(this, "record", { source: this.deadLetters, target: deadLetterConsumer });
  }
}
