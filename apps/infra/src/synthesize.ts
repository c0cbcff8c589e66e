import { join } from "node:path";
import { App } from "cdktf";
import { stackName } from "./locations.ts";
import type { Settings } from "./settings.ts";
import { DarkroomStack } from "./stacks/darkroom-stack.ts";

/**
 * Writes the Terraform JSON: the same settings and archives give the same bytes.
 * @param outputFolder the stack goes to `stacks/darkroom` in it
 * @returns the stack file
 * @throws Error that says what is missing, e.g. an archive that isn't built
 */
export function synthesize(settings: Settings, outputFolder: string): string {
  // Stack traces would put this machine's paths into the JSON.
  const app = new App({ outdir: outputFolder, stackTraces: false });
  new DarkroomStack(app, stackName, settings);
  app.synth();
  return join(outputFolder, "stacks", stackName, "cdk.tf.json");
}
