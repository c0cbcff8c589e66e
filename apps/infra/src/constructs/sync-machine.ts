import document from "@darkroom/sync-workflow/sync-buckets.asl.json" with { type: "json" };
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import type { PipelineFunction } from "./pipeline-function.ts";
import { allow } from "./policy.ts";
import type { RunBucket } from "./run-bucket.ts";
import { StateMachine } from "./state-machine.ts";

export interface SyncMachineProps {
  readonly deployment: Deployment;
  readonly tasks: readonly PipelineFunction[];
  readonly runs: RunBucket;
}

/** The sync-buckets state machine; its Distributed Maps are runs of its own. */
export class SyncMachine extends StateMachine {
  constructor(scope: Construct, id: string, { deployment, tasks, runs }: SyncMachineProps) {
    const { arn } = runs.bucket;
    super(scope, id, {
      deployment,
      name: "sync-buckets",
      document,
      tasks,
      values: { RunBucket: runs.bucket.bucket },
      // https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
      permissions: (own) => [
        allow("StartShards", ["states:StartExecution"], [own.machine]),
        allow(
          "FollowShards",
          ["states:DescribeExecution", "states:StopExecution"],
          [own.executions],
        ),
        allow("ListShards", ["s3:ListBucket"], [arn]),
        allow("WriteResults", ["s3:PutObject"], [`${arn}/runs/*`]),
      ],
    });
  }
}
