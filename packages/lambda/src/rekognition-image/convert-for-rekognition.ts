import sharp from "sharp";
import { explainDecodingFailure } from "../decoding-failure.ts";
import { refuseBomb } from "../decoding-memory.ts";
import { ImageIdentifyError } from "../errors.ts";
import { fitOf, limits } from "./rekognition-limits.ts";

/** Tried in turn: only noise needs the second. */
const qualities = [85, 60, 30] as const;

/**
 * Makes a JPEG of a picture that Rekognition takes as the bytes of a request: upright, sRGB, on white.
 * Lenient: whether the picture is whole is for generate-thumbnails to judge.
 * @param width as shown, in pixels; height likewise
 * @param memoryBytes of the function
 * @throws {ImageIdentifyError} it doesn't decode, or would take too much of the memory
 */
export async function convertForRekognition(
  original: Uint8Array,
  { width, height }: { width: number; height: number },
  memoryBytes: number,
): Promise<Uint8Array> {
  // A header that can't be read is for the decoding to report.
  const header = await sharp(original, { failOn: "none", limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  if (header !== undefined) refuseBomb(header, memoryBytes);

  const fit = fitOf(width, height);
  const white = "#ffffff";
  try {
    const { data, info } = await sharp(original, { failOn: "none", sequentialRead: true })
      .autoOrient()
      .resize({ width: fit.width, height: fit.height, fit: "fill" })
      .flatten({ background: white })
      .extend({ right: fit.right, bottom: fit.bottom, background: white })
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    for (const quality of qualities) {
      const jpeg = await sharp(data, { raw }).jpeg({ quality }).toBuffer();
      if (jpeg.byteLength <= limits.requestBytes) return jpeg;
    }
  } catch (cause) {
    throw new ImageIdentifyError(explainDecodingFailure(cause), { cause });
  }
  throw new ImageIdentifyError("the picture can't be made small enough for Amazon Rekognition");
}
