import { LocalBackend, S3Backend, type TerraformStack } from "cdktf";
import type { Settings } from "../settings.ts";

/**
 * Where Terraform keeps its state, one for each stage: in a bucket, locked while somebody applies; else
 * in a file beside `cdktf.json`, outside what a synth writes.
 */
export function keepState(stack: TerraformStack, { stage, region, stateBucket }: Settings): void {
  if (stateBucket === undefined) {
    new LocalBackend(stack, { path: `../../../terraform.${stage}.tfstate` });
    return;
  }
  const key = `darkroom/${stage}.tfstate`;
  new S3Backend(stack, { bucket: stateBucket, key, region, encrypt: true });
  // Terraform 1.10 and later lock in the bucket itself; cdktf's types are older.
  stack.addOverride("terraform.backend.s3.use_lockfile", true);
}
