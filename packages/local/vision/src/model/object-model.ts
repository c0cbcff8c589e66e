import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import type { Detection } from "../detector.ts";
import type { Letterboxed } from "./letterbox.ts";
import { readDetections } from "./read-detections.ts";

/** The side of the model's input in pixels, as its signature in centernet.json has it; and its output. */
export const inputSide = 512;
const outputName = "tower_0/detections";

export interface ObjectModel {
  /** @param picture letterboxed to {@link inputSide} */
  detect(picture: Letterboxed): Promise<Detection[]>;
}

/**
 * Loads the CenterNet of `@vladmandic/human`; the backend must be up.
 */
export async function loadObjectModel(): Promise<ObjectModel> {
  const require = createRequire(import.meta.url);
  const folder = path.join(path.dirname(require.resolve("@vladmandic/human")), "../models");
  const [topology, weights] = await Promise.all([
    readFile(path.join(folder, "centernet.json"), "utf8"),
    readFile(path.join(folder, "centernet.bin")),
  ]);
  const { modelTopology, weightsManifest, format, signature } = JSON.parse(topology);
  const model = await loadGraphModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest.flatMap(({ weights }: { weights: unknown[] }) => weights),
      weightData: new Uint8Array(weights).buffer,
      format,
      signature,
    }),
  );

  return {
    async detect(picture) {
      const input = tf.tensor4d(picture.samples, [1, inputSide, inputSide, 3]);
      const output = model.execute(input, outputName) as tf.Tensor;
      try {
        return readDetections(await output.data(), picture);
      } finally {
        tf.dispose([input, output]);
      }
    },
  };
}
