import * as tf from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { MobileNetV2Model } from "nsfwjs/models/mobilenet_v2";
import type { ModerationScores } from "../moderation/moderation-scores.ts";
import { moderationInputSide } from "./squeeze.ts";

export interface ModerationModel {
  /** @param samples a picture squeezed to {@link moderationInputSide} */
  classify(samples: Float32Array): Promise<ModerationScores>;
}

/** What the weights' modules hold: they have no types of their own. */
interface ModelJson {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly weights: tf.io.WeightsManifestEntry[] }[];
}

/** Loads the MobileNet of nsfwjs, without the code around it that is made for browsers; the backend must be up. */
export async function loadModerationModel(): Promise<ModerationModel> {
  const { modelJson, weightBundles } = MobileNetV2Model;
  const { modelTopology, weightsManifest } = (await modelJson()).default as unknown as ModelJson;
  const weights: Buffer[] = [];
  for (const load of weightBundles) {
    weights.push(Buffer.from(String((await load()).default), "base64"));
  }
  const model = await loadLayersModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest.flatMap((group) => group.weights),
      weightData: new Uint8Array(Buffer.concat(weights)).buffer,
    }),
  );

  return {
    async classify(samples) {
      const side = moderationInputSide;
      const input = tf.tensor4d(samples, [1, side, side, 3]);
      const output = model.predict(input) as tf.Tensor;
      try {
        const [drawing, hentai, neutral, porn, sexy] = await output.data();
        return {
          drawing: Number(drawing),
          hentai: Number(hentai),
          neutral: Number(neutral),
          porn: Number(porn),
          sexy: Number(sexy),
        };
      } finally {
        tf.dispose([input, output]);
      }
    },
  };
}
