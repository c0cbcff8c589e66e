import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity/index.js";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition/index.js";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region/index.js";
import type { TerraformStack } from "cdktf";

/** Where the stack is deployed and what its things are called. The only data sources stand here. */
export class Deployment {
  readonly prefix: string;
  /** What holds photos or rows refuses to be deleted. */
  readonly isProduction: boolean;
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;

  constructor(stack: TerraformStack, stage: string) {
    this.prefix = `darkroom-${stage}`;
    this.isProduction = stage === "prod";
    const account = new DataAwsCallerIdentity(stack, "account");
    const region = new DataAwsRegion(stack, "region");
    const partition = new DataAwsPartition(stack, "partition");
    for (const source of [account, region, partition]) source.overrideLogicalId("current");
    this.accountId = account.accountId;
    this.region = region.region;
    this.partition = partition.partition;
  }

  /** e.g. `darkroom-dev-StartExecution` */
  name(thing: string): string {
    return `${this.prefix}-${thing}`;
  }
}
