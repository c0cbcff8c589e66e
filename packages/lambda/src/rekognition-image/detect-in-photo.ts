import { ImageIdentifyError } from "../errors.ts";
import type { ObjectReader } from "../object-reader.ts";
import { convertForRekognition } from "./convert-for-rekognition.ts";
import { type PhotoSize, routeOf } from "./rekognition-limits.ts";

/** `Image` of Rekognition's API: https://docs.aws.amazon.com/rekognition/latest/APIReference/API_Image.html */
export type RekognitionImage =
  | { S3Object: { Bucket: string; Name: string; Version?: string } }
  | { Bytes: Uint8Array };

/** One version of an object in S3; "null" is the version in a bucket without any. */
export interface PhotoObject {
  s3bucket: string;
  s3key: string;
  versionId: string;
}

export interface DetectablePhoto {
  photo: PhotoObject;
  extractedMetadata: PhotoSize;
}

/**
 * What Rekognition says of a picture or object that it can't use, although nothing in the metadata
 * spoke against it (a JPEG in CMYK, a PNG of 16 bits): converted, it can.
 */
const unusable = new Set([
  "ImageTooLargeException",
  "InvalidImageFormatException",
  "InvalidS3ObjectException",
]);

/**
 * Has Rekognition look at a photo. One that is outside its limits, or that it refuses, is scaled, padded
 * and converted, never skipped; every other one is shown as it is, since a scaled copy isn't the photo.
 * @param memoryBytes of the function
 * @param detect asks Rekognition about one image; called a second time where it refused the first
 * @throws {ImageIdentifyError} the photo doesn't decode, or not within this memory
 * @throws {ObjectNotFoundError} its version was deleted in the meantime
 * @throws what else `detect` throws: the machine's Retry knows Rekognition's throttling by its name
 */
export async function detectInPhoto<T>(
  { photo, extractedMetadata }: DetectablePhoto,
  objects: ObjectReader,
  memoryBytes: number,
  detect: (image: RekognitionImage) => Promise<T>,
): Promise<T> {
  const read = async () => {
    const { s3bucket: bucket, s3key: key, versionId } = photo;
    return (await objects.read({ bucket, key, versionId })).bytes;
  };
  const detectConverted = async (original: Uint8Array) => {
    const bytes = await convertForRekognition(original, extractedMetadata, memoryBytes);
    try {
      return await detect({ Bytes: bytes });
    } catch (cause) {
      if (!isUnusable(cause)) throw cause;
      throw new ImageIdentifyError("the picture can't be read by Amazon Rekognition", { cause });
    }
  };

  const route = routeOf(photo.s3key, extractedMetadata);
  if (route === "converted") return detectConverted(await read());

  const original = route === "bytes" ? await read() : undefined;
  try {
    return await detect(original === undefined ? objectImage(photo) : { Bytes: original });
  } catch (error) {
    if (!isUnusable(error)) throw error;
    return detectConverted(original ?? (await read()));
  }
}

function objectImage({ s3bucket, s3key, versionId }: PhotoObject): RekognitionImage {
  const version = versionId === "null" ? {} : { Version: versionId };
  return { S3Object: { Bucket: s3bucket, Name: s3key, ...version } };
}

function isUnusable(error: unknown): boolean {
  return error instanceof Error && unusable.has(error.name);
}
