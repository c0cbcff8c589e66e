import {
  ImageIdentifyError,
  type ObjectAddress,
  type ObjectBytes,
  type ObjectReader,
  refuseTooLarge,
} from "@darkroom/lambda";
import type { ExtractedMetadata, PhotoReference } from "@darkroom/workflow";
import { readExif } from "./exif.ts";
import { identifyType } from "./image-type.ts";
import { readHeader } from "./picture-header.ts";

/**
 * How much of an object is read at first, in bytes. EXIF fills one JPEG segment, 64 KiB, at most; as
 * much again leaves room for a colour profile and XMP before the frame header. S3 takes about as long
 * to answer with these as with one byte.
 */
export const headLength = 128 * 1024;

/**
 * Tells what a photo is from its bytes, reading its head and only if that doesn't do the whole. Nothing
 * is decoded here: generate-thumbnails does that anyway, and refuses what doesn't decode by the same
 * error.
 * @throws {ImageIdentifyError} no picture, none that can be read, or one that is too large
 * @throws {ObjectNotFoundError} deleted in the meantime
 */
export async function extractMetadata(
  photo: PhotoReference,
  objects: ObjectReader,
): Promise<ExtractedMetadata> {
  const { address, head } = await readHead(photo, objects);

  const type = identifyType(head.bytes);
  if (type.format === undefined) throw new ImageIdentifyError(`the file is ${type.instead}`);
  refuseTooLarge(head.size);

  const header =
    (await readHeader(head.bytes)) ??
    (head.bytes.byteLength < head.size
      ? await readHeader((await objects.read(address)).bytes)
      : undefined);
  if (header === undefined) {
    throw new ImageIdentifyError(
      // No decoder here knows HEVC, so that nothing can be told of the file but this.
      type.format === "HEIC"
        ? "HEIC is not supported yet: JPEG, PNG and WebP are"
        : `the file starts like ${type.format}, but its header is damaged or cut off`,
    );
  }

  return {
    format: type.format,
    width: header.width,
    height: header.height,
    fileSize: head.size,
    ...(header.exif === undefined ? {} : await readExif(header.exif)),
  };
}

/**
 * The first bytes of the version that arrived. The key is read without its version first: a photo that
 * was deleted meanwhile is gone for its owner, although its version could still be read. A version that
 * was merely overwritten is read by its id; its row belongs to the newer one already.
 */
async function readHead(
  photo: PhotoReference,
  objects: ObjectReader,
): Promise<{ address: ObjectAddress; head: ObjectBytes }> {
  const current: ObjectAddress = { bucket: photo.s3bucket, key: photo.s3key };
  const address: ObjectAddress = { ...current, versionId: photo.versionId };
  const head = await objects.read(current, headLength);
  return head.versionId === photo.versionId
    ? { address, head }
    : { address, head: await objects.read(address, headLength) };
}
