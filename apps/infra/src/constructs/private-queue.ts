import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue/index.js";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy/index.js";
import { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import { allow, denyPlainHttp, policyDocument } from "./policy.ts";

const daysInSeconds = 24 * 60 * 60;

export interface PrivateQueueProps {
  readonly deployment: Deployment;
  readonly name: string;
  readonly retentionDays: number;
  readonly visibilityTimeoutSeconds?: number;
  /** Where a message goes that was received so often in vain. */
  readonly deadLetters?: { readonly queue: PrivateQueue; readonly maxReceiveCount: number };
  /** The service that sends to it, and for which resource alone. */
  readonly sender?: {
    readonly service: string;
    readonly sourceArn: string;
    /** Where the ARN names no account, as a bucket's: it may be somebody else's one day. */
    readonly sourceAccount?: string;
  };
}

/** A queue that is encrypted, takes TLS only, and messages from nobody but its sender. */
export class PrivateQueue extends Construct {
  readonly queue: SqsQueue;
  /** What sends to the queue has to wait for it. */
  readonly policy: SqsQueuePolicy;

  constructor(scope: Construct, id: string, props: PrivateQueueProps) {
    super(scope, id);
    const { deployment, deadLetters, sender } = props;
    this.queue = new SqsQueue(this, "queue", {
      name: deployment.name(props.name),
      messageRetentionSeconds: props.retentionDays * daysInSeconds,
      sqsManagedSseEnabled: true,
      ...(props.visibilityTimeoutSeconds === undefined
        ? {}
        : { visibilityTimeoutSeconds: props.visibilityTimeoutSeconds }),
      ...(deadLetters === undefined
        ? {}
        : {
            redrivePolicy: JSON.stringify({
              deadLetterTargetArn: deadLetters.queue.queue.arn,
              maxReceiveCount: deadLetters.maxReceiveCount,
            }),
          }),
    });
    const { arn } = this.queue;
    this.policy = new SqsQueuePolicy(this, "policy", {
      queueUrl: this.queue.url,
      policy: policyDocument([
        denyPlainHttp("sqs", [arn]),
        ...(sender === undefined
          ? []
          : [
              allow("Send", ["sqs:SendMessage"], [arn], {
                Principal: { Service: sender.service },
                Condition: {
                  ArnEquals: { "aws:SourceArn": sender.sourceArn },
                  ...(sender.sourceAccount === undefined
                    ? {}
                    : { StringEquals: { "aws:SourceAccount": sender.sourceAccount } }),
                },
              }),
            ]),
      ]),
    });
  }
}
