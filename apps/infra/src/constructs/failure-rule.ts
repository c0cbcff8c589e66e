import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target/index.js";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission/index.js";
import { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import type { ImageMachine } from "./image-machine.ts";
import type { PipelineFunction } from "./pipeline-function.ts";
import { PrivateQueue } from "./private-queue.ts";

export interface FailureRuleProps {
  readonly deployment: Deployment;
  readonly machine: ImageMachine;
  /** Gets the event of every execution that ended badly. */
  readonly target: PipelineFunction;
}

/** Executions that failed, timed out or were aborted go to a function, whatever their own states did. */
export class FailureRule extends Construct {
  /** Events that could not be delivered: a person has to look. */
  readonly undelivered: PrivateQueue;

  constructor(scope: Construct, id: string, { deployment, machine, target }: FailureRuleProps) {
    super(scope, id);
    const rule = new CloudwatchEventRule(this, "rule", {
      name: deployment.name("image-processing-ended"),
      description: "Executions of the image-processing machine that ended badly",
      eventPattern: JSON.stringify({
        source: ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        detail: { status: ["FAILED", "TIMED_OUT", "ABORTED"], stateMachineArn: [machine.arn] },
      }),
    });
    this.undelivered = new PrivateQueue(this, "undelivered", {
      deployment,
      name: "undelivered-endings",
      retentionDays: 14,
      sender: { service: "events.amazonaws.com", sourceArn: rule.arn },
    });
    const permission = new LambdaPermission(this, "permission", {
      statementId: "ImageProcessingEnded",
      action: "lambda:InvokeFunction",
      functionName: target.functionName,
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
    });
    new CloudwatchEventTarget(this, "target", {
      rule: rule.name,
      targetId: "record-failure",
      arn: target.arn,
      // EventBridge's own defaults, and its most.
      retryPolicy: { maximumEventAgeInSeconds: 24 * 60 * 60, maximumRetryAttempts: 185 },
      deadLetterConfig: { arn: this.undelivered.queue.arn },
      dependsOn: [permission, this.undelivered.policy],
    });
  }
}
