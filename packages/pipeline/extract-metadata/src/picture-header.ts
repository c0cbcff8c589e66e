import { ImageIdentifyError } from "@darkroom/lambda";
import sharp, { type Metadata } from "sharp";

/** What is needed of a picture's header. */
export interface PictureHeader {
  /** As shown: orientation applied. */
  width: number;
  height: number;
  exif: Uint8Array | undefined;
}

/**
 * Reads a picture's header, without decoding it.
 * @returns undefined when the bytes don't hold all of it, or when it is broken
 * @throws {ImageIdentifyError} the picture is too large to be decoded
 */
export async function readHeader(bytes: Uint8Array): Promise<PictureHeader | undefined> {
  // Lenient: odd headers that every viewer forgives are for generate-thumbnails to judge, which decodes.
  const metadata = await sharp(bytes, { failOn: "none", limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  if (metadata === undefined || !(metadata.width > 0 && metadata.height > 0)) return undefined;
  refuseTooLarge(metadata);
  return { ...metadata.autoOrient, exif: metadata.exif };
}

/** sharp's own default limit, which the tasks that decode leave as it is: 0x3fff squared. */
const mostPixels = 0x3fff * 0x3fff;

/**
 * What decoding may take where a decoder has to hold the whole picture: detect-labels, the smallest
 * function that decodes, has 1,536 MB.
 */
const mostDecodingBytes = 1_000_000_000;

function refuseTooLarge(metadata: Metadata): void {
  const { width, height } = metadata.autoOrient;
  if (width * height <= mostPixels && decodingBytes(metadata) <= mostDecodingBytes) return;
  const megapixels = Math.round((width * height) / 1e6);
  throw new ImageIdentifyError(
    `the picture has ${width} × ${height} pixels (${megapixels} megapixels), more than can be processed in its format`,
  );
}

/**
 * Baseline JPEG and plain PNG are decoded a few lines at a time. A progressive JPEG is held as
 * coefficients of two bytes a sample; an interlaced PNG whole (measured: 5 bytes a pixel of RGBA); a
 * WebP whole, with alpha.
 */
function decodingBytes({
  format,
  width,
  height,
  channels,
  depth,
  isProgressive,
}: Metadata): number {
  const pixels = width * height;
  const sampleBytes = depth === "ushort" ? 2 : 1;
  if (format === "webp") return pixels * 4;
  if (!isProgressive) return 0;
  return format === "png" ? pixels * channels * sampleBytes * 1.25 : pixels * channels * 2;
}
