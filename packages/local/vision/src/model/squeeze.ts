import { openPicture } from "./open-picture.ts";

/** The side of the moderation model's input in pixels. */
export const moderationInputSide = 224;

/**
 * Decodes a picture to a square of {@link moderationInputSide}, upright and whole: its sides are squeezed, so that
 * nothing is cut off that should be seen.
 *
 * Each pixel of the square is one pixel of the picture, unsmoothed. That is what the moderation model was trained with
 * (Keras's loader takes the nearest pixel), and it matters: averaged pixels make skin smooth, and the model took clean
 * photos for `Porn` with up to 0.75; with single pixels, the highest was 0.06.
 * @returns RGB row by row, each sample 0 to 1
 * @throws what sharp throws when the picture doesn't decode
 */
export async function squeeze(image: Uint8Array): Promise<Float32Array> {
  const side = moderationInputSide;
  const { data, info } = await openPicture(image)
    // So stated, it keeps sharp from having a JPEG decoded at a fraction of its size, which averages.
    .pipelineColourspace("srgb")
    .resize(side, side, { fit: "fill", kernel: "nearest" })
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });

  const { channels } = info;
  const samples = new Float32Array(side * side * 3);
  for (let pixel = 0; pixel < side * side; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const sample = data[pixel * channels + (channels < 3 ? 0 : channel)] ?? 0;
      samples[pixel * 3 + channel] = sample / 255;
    }
  }
  return samples;
}
