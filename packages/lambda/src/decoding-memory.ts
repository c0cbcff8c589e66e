import { ImageIdentifyError } from "./errors.ts";

/** What a picture's header says of how it is stored; sharp's `Metadata` is one. */
export interface PictureLayout {
  /** sharp's name of the format, e.g. `jpeg`. */
  format?: string | undefined;
  width: number;
  height: number;
  channels: number;
  /** sharp's name of the type of a sample: `uchar`, `ushort`. */
  depth?: string | undefined;
  /** Stored in several passes: a progressive JPEG or one of several scans, an interlaced PNG. */
  isProgressive?: boolean | undefined;
  /** Of a JPEG, e.g. `4:2:0`. */
  chromaSubsampling?: string | undefined;
}

/** sharp's own limit, 0x3fff squared. */
const mostPixels = 0x3fff * 0x3fff;

/**
 * In bytes: the pixels on their way from the decoder to the preview, which no picture does without.
 */
const underWay = 40_000_000;

/**
 * What of a function's memory one picture may take. A photo of 60 megapixels needs no more in any layout
 * at 1,536 MB; the rest is for Node, the file itself, what the allocator keeps of the picture before, and
 * for headers that understate: sharp says `4:2:0` of every kind of subsampling.
 */
const shareOfMemory = 1 / 4;

/**
 * The memory that decoding a picture takes, in bytes, told from its header. Measured for each layout:
 * see the table in generate-thumbnails' README.
 */
export function decodingBytes(layout: PictureLayout): number {
  return underWay + heldBytes(layout);
}

function heldBytes(layout: PictureLayout): number {
  const { format, width, height, channels, isProgressive = false } = layout;
  const pixels = width * height;
  const pixelBytes = channels * (layout.depth === "ushort" ? 2 : 1);
  switch (format) {
    case "jpeg":
      // A baseline JPEG comes in rows of blocks, and none is wider than 65,535 pixels; of a progressive
      // one all coefficients are held, two bytes each.
      return isProgressive ? pixels * samplesOfPixel(layout) * 2 : 0;
    case "png":
      // An interlaced PNG is held whole, and some of it twice. A plain one comes in rows; libvips holds
      // about a thousand of these, and of a flat picture each row about four times.
      return isProgressive
        ? pixels * pixelBytes * 1.25
        : width * Math.min(4 * height, 1000) * pixelBytes;
    default:
      // A lossless WebP is held whole, in four bytes a pixel, and its header doesn't tell it from others.
      return pixels * Math.max(4, pixelBytes);
  }
}

function samplesOfPixel({ channels, chromaSubsampling = "" }: PictureLayout): number {
  return chromaSubsampling.startsWith("4:2:0") && channels >= 3 ? channels - 1.5 : channels;
}

/**
 * Refuses a bomb: a picture of which no decoder could make anything within the function's memory.
 * @param memoryBytes of the function that is to decode it
 * @throws {ImageIdentifyError}
 */
export function refuseBomb(layout: PictureLayout, memoryBytes: number): void {
  refuseTooManyPixels(layout);
  if (decodingBytes(layout) <= memoryBytes * shareOfMemory) return;
  throw new ImageIdentifyError(`${sizeOf(layout)}, too many for ${asStored(layout)}`);
}

/**
 * Refuses a picture of so many pixels that no layout of it is processed: above 268 megapixels.
 * @throws {ImageIdentifyError}
 */
export function refuseTooManyPixels(layout: Pick<PictureLayout, "width" | "height">): void {
  if (layout.width * layout.height <= mostPixels) return;
  const most = Math.floor(mostPixels / 1e6);
  throw new ImageIdentifyError(`${sizeOf(layout)}, more than the ${most} that can be processed`);
}

function sizeOf({ width, height }: Pick<PictureLayout, "width" | "height">): string {
  return `the picture has ${width} × ${height} pixels (${Math.round((width * height) / 1e6)} megapixels)`;
}

function asStored({ format, isProgressive }: PictureLayout): string {
  if (format === "jpeg") return "a progressive JPEG: save it as a baseline JPEG";
  if (format === "png" && isProgressive) return "an interlaced PNG: save it without interlacing";
  return `a ${format === "webp" ? "WebP" : "PNG"} of this shape: save it smaller`;
}
