import { openPicture } from "./open-picture.ts";

/** A picture scaled into a square, upright, with black bars beside it. */
export interface Letterboxed {
  /** RGB of the square row by row, each sample 0 to 255. */
  readonly samples: Float32Array;
  /** Where in the square the picture lies, in pixels of the square. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes a picture at the size that is needed, so that memory stays small for what can be decoded row
 * by row.
 * @throws what sharp throws when the picture doesn't decode
 */
export async function letterbox(image: Uint8Array, side: number): Promise<Letterboxed> {
  const { data, info } = await openPicture(image)
    .resize(side, side, { fit: "inside", kernel: "linear" })
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });

  const { width, height, channels } = info;
  const left = (side - width) >> 1;
  const top = (side - height) >> 1;
  const samples = new Float32Array(side * side * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      const to = ((top + y) * side + left + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        samples[to + channel] = data[from + (channels < 3 ? 0 : channel)] ?? 0;
      }
    }
  }
  return { samples, left, top, width, height };
}
