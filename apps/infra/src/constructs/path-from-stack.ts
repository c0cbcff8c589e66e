import { join, relative, resolve, sep } from "node:path";
import { App, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

/**
 * A file's path as the stack names it: relative to the stack's folder, in which Terraform runs and from
 * which the local cloud reads it. So nothing is copied, and the JSON is the same in every checkout.
 */
export function pathFromStack(scope: Construct, file: string): string {
  const stackFolder = join(App.of(scope).outdir, "stacks", TerraformStack.of(scope).node.id);
  return relative(resolve(stackFolder), file).split(sep).join("/");
}
