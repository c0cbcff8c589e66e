import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target/index.js";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission/index.js";
import { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import type { PipelineFunction } from "./pipeline-function.ts";

export interface HourlyScheduleProps {
  readonly deployment: Deployment;
  /** The end of the rule's name, e.g. `reconcile-photos`. */
  readonly name: string;
  readonly description: string;
  readonly target: PipelineFunction;
}

/**
 * Calls a function every hour. A rule and not EventBridge Scheduler's schedule, which is three parts as
 * well, one of them a role that could call the function; here the function itself says who may, as with
 * the rule for executions that ended badly.
 */
export class HourlySchedule extends Construct {
  constructor(scope: Construct, id: string, { deployment, target, ...props }: HourlyScheduleProps) {
    super(scope, id);
    const rule = new CloudwatchEventRule(this, "rule", {
      name: deployment.name(props.name),
      description: props.description,
      scheduleExpression: "rate(1 hour)",
    });
    const permission = new LambdaPermission(this, "permission", {
      statementId: "EveryHour",
      action: "lambda:InvokeFunction",
      functionName: target.functionName,
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
    });
    new CloudwatchEventTarget(this, "target", {
      rule: rule.name,
      targetId: props.name,
      arn: target.arn,
      // After an hour the next event is there: an old one is of no use, and no dead letter either.
      retryPolicy: { maximumEventAgeInSeconds: 60 * 60, maximumRetryAttempts: 185 },
      dependsOn: [permission],
    });
  }
}
