import {
  explainDecodingFailure,
  ImageIdentifyError,
  isViewableAnyway,
  refuseBomb,
} from "@darkroom/lambda";
import sharp, { type OutputInfo, type ResizeOptions, type Sharp, type SharpOptions } from "sharp";
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
 * while it is decoded), the thumbnail from the preview.
 * Strictly at first; a file that viewers show all the same is decoded once more and gets a warning.
 * @param memoryBytes of the function
 * @throws {ImageIdentifyError} it doesn't decode, or not to its end; or it would take too much of the memory,
 *   which its header tells before any decoding
 */
export async function renderPictures(original: Uint8Array, memoryBytes: number): Promise<Pictures> {
  // A header that can't be read is for the decoding to report.
  const header = await sharp(original, { failOn: "none", limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  if (header !== undefined) refuseBomb(header, memoryBytes);
  const icc = header?.icc;
  const ignoreIcc = icc !== undefined && isSrgbProfile(icc);
  const render = header?.hasAlpha === false ? renderOpaque : renderWithAlpha;
  try {
    return { ...(await render(original, { ignoreIcc, failOn: "warning" })), warnings: [] };
  } catch (error) {
    if (!isViewableAnyway(error)) throw notAPicture(error);
    const warning = `the file has a fault that was passed over: ${faultOf(error)}`;
    return render(original, { ignoreIcc, failOn: "none" }).then(
      (pictures) => ({ ...pictures, warnings: [warning] }),
      (again) => Promise.reject(notAPicture(again)),
    );
  }
}

type Rendered = Omit<Pictures, "warnings">;

/** Without its pixels in a buffer of JavaScript's: they are several megabytes that the collector has to follow. */
async function renderOpaque(original: Uint8Array, options: SharpOptions): Promise<Rendered> {
  const preview = await encode(scale(original, options), "jpeg");
  const thumbnail = await encode(sharp(preview.bytes).resize(within("thumbnail")), "jpeg");
  return { preview, thumbnail };
}

async function renderWithAlpha(original: Uint8Array, options: SharpOptions): Promise<Rendered> {
  const pixels = await scale(original, options).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = pixels.info;
  const format = isTransparent(pixels) ? "png" : "jpeg";
  const preview = sharp(pixels.data, { raw: { width, height, channels } });
  const thumbnail = preview.clone().resize(within("thumbnail"));
  const encoded = await Promise.all([encode(preview, format), encode(thumbnail, format)]);
  return { preview: encoded[0], thumbnail: encoded[1] };
}

const within = (picture: keyof typeof pictureSides): ResizeOptions => ({
  width: pictureSides[picture],
  height: pictureSides[picture],
  fit: "inside",
  withoutEnlargement: true,
});

/** Upright, sRGB, in the preview's size. */
const scale = (original: Uint8Array, options: SharpOptions): Sharp =>
  sharp(original, { ...options, sequentialRead: true })
    .autoOrient()
    .resize(within("preview"))
    .toColourspace("srgb");

async function encode(picture: Sharp, format: "jpeg" | "png"): Promise<Picture> {
  const encoded =
    format === "jpeg" ? picture.removeAlpha().jpeg({ quality: 80 }) : picture.png({ effort: 4 });
  const { data: bytes, info } = await encoded.toBuffer({ resolveWithObject: true });
  return { bytes, width: info.width, height: info.height, format };
}

/** Eight bits a sample, rows without padding. */
interface Pixels {
  data: Buffer;
  info: OutputInfo;
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
