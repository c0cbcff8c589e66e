import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import type { Construct } from "constructs";

/** In days: long enough to look into last month's trouble; what a photo came to stands in its row. */
const retentionInDays = 30;

/** Made by the stack, not by the service at its first line, which would keep everything for ever. */
export function logGroup(scope: Construct, id: string, name: string): CloudwatchLogGroup {
  return new CloudwatchLogGroup(scope, id, { name, retentionInDays });
}
