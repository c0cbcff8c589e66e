import type { ObjectReader } from "@darkroom/lambda";
import { detectInPhoto } from "@darkroom/lambda/rekognition-image";
import type { DetectLabelsOutput, PhotoTaskInput } from "@darkroom/workflow";
import type { LabelDetector } from "./label-detector.ts";

/**
 * Labels a photo. One that is outside Rekognition's limits is scaled, padded and converted, never
 * skipped.
 * @param memoryBytes of the function
 * @throws {ImageIdentifyError} the photo doesn't decode, or not within this memory
 * @throws {ObjectNotFoundError} its version was deleted in the meantime
 * @throws what else Rekognition throws, by its name: the machine's Retry knows its throttling
 */
export async function detectLabels(
  photo: Pick<PhotoTaskInput, "photo" | "extractedMetadata">,
  objects: ObjectReader,
  labels: LabelDetector,
  memoryBytes: number,
): Promise<DetectLabelsOutput> {
  return { tags: await detectInPhoto(photo, objects, memoryBytes, labels.detect) };
}
