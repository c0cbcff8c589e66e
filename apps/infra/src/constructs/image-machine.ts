import { SfnActivity } from "@cdktf/provider-aws/lib/sfn-activity/index.js";
import document from "@darkroom/workflow/image-processing.asl.json" with { type: "json" };
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import type { PipelineFunction } from "./pipeline-function.ts";
import { StateMachine } from "./state-machine.ts";

export interface ImageMachineProps {
  readonly deployment: Deployment;
  /** The functions that its states call, by their names. */
  readonly tasks: readonly PipelineFunction[];
}

/** The image-processing state machine and the activity in which its photos wait for a person. */
export class ImageMachine extends StateMachine {
  readonly approvalActivityArn: string;

  constructor(scope: Construct, id: string, { deployment, tasks }: ImageMachineProps) {
    const approval = new SfnActivity(scope, "approval", {
      name: deployment.name("sendToApproval"),
    });
    super(scope, id, {
      deployment,
      name: "image-processing",
      document,
      tasks,
      values: { ApprovalActivity: approval.arn },
    });
    this.approvalActivityArn = approval.arn;
  }
}
