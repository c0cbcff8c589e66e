import { ImageIdentifyError, type ObjectReader } from "@darkroom/lambda";
import type { DetectLabelsOutput, PhotoTaskInput } from "@darkroom/workflow";
import { convertForRekognition } from "./convert-for-rekognition.ts";
import type { LabelDetector } from "./label-detector.ts";
import { routeOf } from "./rekognition-limits.ts";

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
 * Labels a photo. One that is outside Rekognition's limits is scaled, padded and converted, never
 * skipped.
 * @param memoryBytes of the function
 * @throws {ImageIdentifyError} the photo doesn't decode, or not within this memory
 * @throws {ObjectNotFoundError} its version was deleted in the meantime
 * @throws what else Rekognition throws, by its name: the machine's Retry knows its throttling
 */
export async function detectLabels(
  { photo, extractedMetadata }: Pick<PhotoTaskInput, "photo" | "extractedMetadata">,
  objects: ObjectReader,
  labels: LabelDetector,
  memoryBytes: number,
): Promise<DetectLabelsOutput> {
  const read = async () => {
    const { s3bucket: bucket, s3key: key, versionId } = photo;
    return (await objects.read({ bucket, key, versionId })).bytes;
  };
  const detectConverted = async (original: Uint8Array) => {
    const bytes = await convertForRekognition(original, extractedMetadata, memoryBytes);
    try {
      return { tags: await labels.detect({ bytes }) };
    } catch (cause) {
      if (!isUnusable(cause)) throw cause;
      throw new ImageIdentifyError("the picture can't be read by label detection", { cause });
    }
  };

  const route = routeOf(photo.s3key, extractedMetadata);
  if (route === "converted") return detectConverted(await read());

  const original = route === "bytes" ? await read() : undefined;
  try {
    return {
      tags: await labels.detect(original === undefined ? { object: photo } : { bytes: original }),
    };
  } catch (error) {
    if (!isUnusable(error)) throw error;
    return detectConverted(original ?? (await read()));
  }
}

function isUnusable(error: unknown): boolean {
  return error instanceof Error && unusable.has(error.name);
}
