import { refuseTooManyPixels } from "@darkroom/lambda";
import sharp from "sharp";

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
 * @throws {ImageIdentifyError} it has too many pixels, in whatever layout; what its own layout allows is for
 *   the tasks that decode to say, each by its memory
 */
export async function readHeader(bytes: Uint8Array): Promise<PictureHeader | undefined> {
  // Lenient: odd headers that every viewer forgives are for generate-thumbnails to judge, which decodes.
  const metadata = await sharp(bytes, { failOn: "none", limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  if (metadata === undefined || !(metadata.width > 0 && metadata.height > 0)) return undefined;
  refuseTooManyPixels(metadata.autoOrient);
  return { ...metadata.autoOrient, exif: metadata.exif };
}
