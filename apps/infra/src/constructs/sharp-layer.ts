import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { LambdaLayerVersion } from "@cdktf/provider-aws/lib/lambda-layer-version/index.js";
import { Construct } from "constructs";
import { z } from "zod";
import { infraFolder } from "../locations.ts";
import { sharpLayerName } from "../sharp-layer-name.ts";
import { pathFromStack } from "./path-from-stack.ts";

/** Of all functions: the layer holds native code for it. */
export const architecture = "arm64";
export const runtime = "nodejs24.x";

/**
 * The layer that brings sharp with its native part. Its archive is made by `pnpm package`, is needed on
 * AWS only, and carries sharp's version in its name: a new version is a new layer, and neither synth
 * nor the laptop has to read 9 MB.
 */
export class SharpLayer extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const layer = new LambdaLayerVersion(this, "layer", {
      layerName: sharpLayerName,
      description: `sharp ${sharpVersion()} for Linux on ${architecture}, made by \`pnpm --filter @darkroom/infra package\``,
      filename: pathFromStack(this, sharpLayerArchive()),
      compatibleRuntimes: [runtime],
      compatibleArchitectures: [architecture],
    });
    this.arn = layer.arn;
  }
}

/** Where `pnpm package` puts the layer's archive, and Terraform finds it. */
export function sharpLayerArchive(): string {
  return join(infraFolder, "dist", `sharp-${sharpVersion()}-linux-${architecture}.zip`);
}

/** Of the sharp that is installed for the layer, and that the laptop runs. */
function sharpVersion(): string {
  const layer = findPackageJSON("@darkroom/sharp-layer", import.meta.url);
  if (layer === undefined) throw new Error("The sharp layer is missing. Run `pnpm install`.");
  const sharp = readFileSync(join(dirname(layer), "node_modules/sharp/package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(sharp)).version;
}
