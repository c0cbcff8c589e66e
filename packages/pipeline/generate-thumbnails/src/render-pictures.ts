import {
  explainDecodingFailure,
  ImageIdentifyError,
  isViewableAnyway,
  refuseBomb,
} from "@darkroom/lambda";
import sharp, { type OutputInfo, type SharpOptions } from "sharp";
import { isSrgbProfile } from "./srgb-profile.ts";

/** The longest side, in pixels; a smaller picture is never enlarged. */
const pictureSides = { preview: 1440, thumbnail: 250 } as const;

/** An encoded picture, upright and sRGB, without any metadata inside. */
export interface Picture {
  bytes: Uint8Array;
  width: number;
  height: number;
  format: "jpeg" | "png";
}

export interface Pictures {
  preview: Picture;
  thumbnail: Picture;
  warnings: string[];
}

/**
 * Decodes a photo once and makes both pictures of it: the preview from the photo (a JPEG is scaled
 * while it is decoded), the thumbnail from the preview's pixels.
 * @param memoryBytes of the function
 * @throws {ImageIdentifyError} it doesn't decode, or not to its end; or it would take too much of the memory,
 *   which its header tells before any decoding
 */
export async function renderPictures(original: Uint8Array, memoryBytes: number): Promise<Pictures> {
  const { pixels, warnings } = await decode(original, memoryBytes);
  const format = isTransparent(pixels) ? "png" : "jpeg";
  const [preview, thumbnail] = await Promise.all([
    encode(pixels, pictureSides.preview, format),
    encode(pixels, pictureSides.thumbnail, format),
  ]);
  return { preview, thumbnail, warnings };
}

/** Eight bits a sample, rows without padding. */
interface Pixels {
  data: Buffer;
  info: OutputInfo;
}

/** Strictly at first; a file that viewers show all the same is decoded once more and gets a warning. */
async function decode(
  original: Uint8Array,
  memoryBytes: number,
): Promise<{ pixels: Pixels; warnings: string[] }> {
  // A header that can't be read is for the decoding to report.
  const header = await sharp(original, { failOn: "none", limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  if (header !== undefined) refuseBomb(header, memoryBytes);
  const icc = header?.icc;
  const ignoreIcc = icc !== undefined && isSrgbProfile(icc);
  try {
    const pixels = await scaledPixels(original, { ignoreIcc, failOn: "warning" });
    return { pixels, warnings: [] };
  } catch (error) {
    if (!isViewableAnyway(error)) throw notAPicture(error);
    const warning = `the file has a fault that was passed over: ${faultOf(error)}`;
    return scaledPixels(original, { ignoreIcc, failOn: "none" }).then(
      (pixels) => ({ pixels, warnings: [warning] }),
      (again) => Promise.reject(notAPicture(again)),
    );
  }
}

function scaledPixels(original: Uint8Array, options: SharpOptions): Promise<Pixels> {
  return sharp(original, { ...options, sequentialRead: true })
    .autoOrient()
    .resize({
      width: pictureSides.preview,
      height: pictureSides.preview,
      fit: "inside",
      withoutEnlargement: true,
    })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
}

function encode({ data, info }: Pixels, side: number, format: "jpeg" | "png"): Promise<Picture> {
  const { width, height, channels } = info;
  const scaled = sharp(data, { raw: { width, height, channels } }).resize({
    width: side,
    height: side,
    fit: "inside",
    withoutEnlargement: true,
  });
  const encoded =
    format === "jpeg" ? scaled.removeAlpha().jpeg({ quality: 80 }) : scaled.png({ effort: 4 });
  return encoded
    .toBuffer({ resolveWithObject: true })
    .then(({ data: bytes, info: { width, height } }) => ({ bytes, width, height, format }));
}

/** Many PNGs have an alpha channel that hides nothing: only what it says counts. */
function isTransparent({ data, info: { channels } }: Pixels): boolean {
  if (channels !== 2 && channels !== 4) return false;
  for (let alpha = channels - 1; alpha < data.length; alpha += channels) {
    if (data[alpha] !== 255) return true;
  }
  return false;
}

function notAPicture(cause: unknown): ImageIdentifyError {
  return new ImageIdentifyError(explainDecodingFailure(cause), { cause });
}

/** libvips says a line for every pass over the file, each after the name of its decoder. */
function faultOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [first = ""] = message.split("\n");
  return first
    .replace(/^\w+: /, "")
    .trim()
    .slice(0, 200);
}
