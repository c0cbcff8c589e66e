import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function/index.js";
import { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import type { LambdaArchive } from "./lambda-archive.ts";
import { logGroup } from "./log-group.ts";
import { pathFromStack } from "./path-from-stack.ts";
import { allow, policyDocument, type Statement, trust } from "./policy.ts";
import { architecture, runtime, type SharpLayer } from "./sharp-layer.ts";

export interface PipelineFunctionProps {
  readonly deployment: Deployment;
  /** The end of the function's name, and what stands for its ARN in a state machine: `${ExtractMetadata}`. */
  readonly name: string;
  readonly archive: LambdaArchive;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly layers?: readonly SharpLayer[];
  /** What its code may do, beside writing its log and traces. */
  readonly permissions: readonly Statement[];
}

/** A Lambda function with its archive, its log group, and a role of its own that may only what is said here. */
export class PipelineFunction extends Construct {
  /** e.g. `ExtractMetadata` */
  readonly name: string;
  readonly functionName: string;
  readonly arn: string;
  readonly timeoutSeconds: number;
  readonly #role: IamRole;

  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    super(scope, id);
    const functionName = props.deployment.name(props.name);
    const log = logGroup(this, "log", `/aws/lambda/${functionName}`);
    this.#role = new IamRole(this, "role", {
      name: functionName,
      description: `What ${functionName} may do`,
      assumeRolePolicy: trust("lambda.amazonaws.com"),
    });

    // A policy by itself: AWS wants it in place when the function is made, and what else the role may do
    // can refer to what is made of the function.
    const logsAndTraces = this.permit("logs-and-traces", [
      allow("WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"], [`${log.arn}:*`]),
      // X-Ray's writing actions know no resource
      // (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html). Lambda makes no
      // function with tracing whose role may not put segments; the telemetry, counts of segments that were sent and
      // lost, is asked for by X-Ray's daemon on AWS alone
      // (https://docs.aws.amazon.com/xray/latest/devguide/security_iam_id-based-policy-examples.html).
      allow("WriteTraces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]),
    ]);
    if (props.permissions.length > 0) this.permit("task", props.permissions);

    const lambda = new LambdaFunction(this, "function", {
      functionName,
      description: props.description,
      runtime,
      architectures: [architecture],
      handler: "index.handler",
      filename: pathFromStack(this, props.archive.file),
      sourceCodeHash: props.archive.sourceCodeHash,
      role: this.#role.arn,
      memorySize: props.memoryMb,
      timeout: props.timeoutSeconds,
      ...(props.environment === undefined
        ? {}
        : { environment: { variables: { ...props.environment } } }),
      ...(props.layers === undefined ? {} : { layers: props.layers.map(({ arn }) => arn) }),
      loggingConfig: { logFormat: "JSON", logGroup: log.name },
      tracingConfig: { mode: "Active" },
      dependsOn: [logsAndTraces],
    });
    this.name = props.name;
    this.functionName = lambda.functionName;
    this.arn = lambda.arn;
    this.timeoutSeconds = props.timeoutSeconds;
  }

  /** Adds an inline policy to the function's role: for what is known only once the function is there. */
  permit(policyName: string, statements: readonly Statement[]): IamRolePolicy {
    return new IamRolePolicy(this, policyName, {
      name: policyName,
      role: this.#role.name,
      policy: policyDocument(statements),
    });
  }
}
