import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { SfnStateMachine } from "@cdktf/provider-aws/lib/sfn-state-machine/index.js";
import { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import { logGroup } from "./log-group.ts";
import { machineDefinition } from "./machine-definition.ts";
import type { PipelineFunction } from "./pipeline-function.ts";
import { allow, policyDocument, type Statement, trust } from "./policy.ts";

export interface StateMachineProps {
  readonly deployment: Deployment;
  /** The end of its name, e.g. `image-processing`. */
  readonly name: string;
  readonly document: Readonly<Record<string, unknown>>;
  /** The functions that its states call, by their names. */
  readonly tasks: readonly PipelineFunction[];
  /** What other placeholders of the document stand for. */
  readonly values?: Readonly<Record<string, string>>;
  /** What its role may do beside calling its tasks and delivering its log. */
  readonly permissions?: (own: OwnArns) => readonly Statement[];
}

/** By its name, since the machine is made of its role. */
interface OwnArns {
  readonly machine: string;
  /** With `*` at its end. */
  readonly executions: string;
}

/** A state machine with its log group, and a role that may call its tasks. */
export class StateMachine extends Construct {
  readonly arn: string;
  readonly #executionArns: string;

  constructor(scope: Construct, id: string, props: StateMachineProps) {
    super(scope, id);
    const { deployment, tasks, document, values = {}, permissions = () => [] } = props;
    const name = deployment.name(props.name);
    // Under this prefix Step Functions' log groups share one entry of the account's resource policy,
    // which is short
    // (https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html).
    const log = logGroup(this, "log", `/aws/vendedlogs/states/${name}`);
    const { partition, region, accountId } = deployment;
    const states = `arn:${partition}:states:${region}:${accountId}`;
    const own = {
      machine: `${states}:stateMachine:${name}`,
      executions: `${states}:execution:${name}*`,
    };
    const role = new IamRole(this, "role", {
      name,
      description: `What ${name} may do`,
      // Nobody else's machine can be given this role
      // (https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html).
      assumeRolePolicy: trust("states.amazonaws.com", {
        ArnEquals: { "aws:SourceArn": own.machine },
        StringEquals: { "aws:SourceAccount": accountId },
      }),
    });
    const policy = new IamRolePolicy(this, "policy", {
      name: "tasks-logs-and-traces",
      role: role.name,
      policy: policyDocument([
        allow(
          "CallTasks",
          ["lambda:InvokeFunction"],
          tasks.map(({ arn }) => arn),
        ),
        ...permissions(own),
        ...logDelivery,
        ...traces,
      ]),
    });
    const machine = new SfnStateMachine(this, "machine", {
      name,
      type: "STANDARD",
      roleArn: role.arn,
      definition: machineDefinition(
        document,
        new Map([
          ...tasks.map((task) => [task.name, task.arn] as const),
          ...Object.entries(values),
        ]),
      ),
      loggingConfiguration: {
        // Each step of each execution stands in its history for 90 days; the log is for what went wrong.
        level: "ERROR",
        // Inputs name users and hold where a photo was taken: that stays out of the log.
        includeExecutionData: false,
        logDestination: `${log.arn}:*`,
      },
      tracingConfiguration: { enabled: true },
      // Step Functions refuses a machine whose role may not deliver its log.
      dependsOn: [policy],
    });
    this.arn = machine.arn;
    this.#executionArns = `${states}:execution:${machine.name}:*`;
  }

  startExecutions(): Statement[] {
    return [allow("StartExecutions", ["states:StartExecution"], [this.arn])];
  }

  describeExecutions(): Statement[] {
    return [allow("DescribeExecutions", ["states:DescribeExecution"], [this.#executionArns])];
  }
}

/**
 * As AWS documents it: the delivery of vended logs is set up by the role, and these actions know no
 * resource (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).
 */
const logDelivery = [
  allow(
    "DeliverLog",
    [
      "logs:CreateLogDelivery",
      "logs:GetLogDelivery",
      "logs:UpdateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:DescribeResourcePolicies",
      "logs:DescribeLogGroups",
    ],
    ["*"],
  ),
];

/**
 * X-Ray's actions know no resource (https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html). Step Functions
 * asks for all four on AWS alone: without them executions work and are not traced, so that nothing shows it on a laptop.
 */
const traces = [
  allow(
    "WriteTraces",
    [
      "xray:PutTraceSegments",
      "xray:PutTelemetryRecords",
      "xray:GetSamplingRules",
      "xray:GetSamplingTargets",
    ],
    ["*"],
  ),
];
