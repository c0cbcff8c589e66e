import { join } from "node:path";
import { infraFolder, outputFolder, stackName } from "./locations.ts";
import { sharpLayerName } from "./sharp-layer-name.ts";

/** The synthesized Terraform JSON: what the local cloud applies. Paths in it are relative to its folder. */
export const stackFile = join(outputFolder, "stacks", stackName, "cdk.tf.json");

/**
 * Which folder stands for a layer on this machine: what AWS unpacks at /opt/nodejs, with the native
 * parts for this machine in its node_modules.
 */
export const layerFolders: ReadonlyMap<string, string> = new Map([
  [sharpLayerName, join(infraFolder, "layers/sharp")],
]);
