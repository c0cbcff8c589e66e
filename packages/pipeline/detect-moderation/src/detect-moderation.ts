import type { ObjectReader } from "@darkroom/lambda";
import { detectInPhoto } from "@darkroom/lambda/rekognition-image";
import {
  type Moderation,
  type ModerationPolicy,
  type PhotoTaskInput,
  policyVersionOf,
} from "@darkroom/workflow";
import { judge } from "./judge.ts";
import type { ModerationDetector } from "./moderation-detector.ts";

/**
 * More than the 52 that the taxonomy has, so that a decision leaves out nothing that is known today, and
 * few enough that they never fill a row or the execution's state.
 */
const mostLabels = 60;

/**
 * Has Rekognition moderate a photo, and judges it by a policy. A photo that is outside Rekognition's
 * limits is scaled, padded and converted, never skipped.
 * @param memoryBytes of the function
 * @throws {ImageIdentifyError} the photo doesn't decode, or not within this memory
 * @throws {ObjectNotFoundError} its version was deleted in the meantime
 * @throws what else Rekognition throws, by its name: the machine's Retry knows its throttling
 */
export async function detectModeration(
  photo: Pick<PhotoTaskInput, "photo" | "extractedMetadata">,
  objects: ObjectReader,
  detector: ModerationDetector,
  policy: ModerationPolicy,
  memoryBytes: number,
): Promise<Moderation> {
  const minConfidence = lowestThreshold(policy);
  const { labels, modelVersion } = await detectInPhoto(photo, objects, memoryBytes, (image) =>
    detector.detect(image, minConfidence),
  );
  return {
    ...judge(labels, policy),
    policyVersion: policyVersionOf(policy),
    modelVersion,
    labels: labels.toSorted((one, other) => other.confidence - one.confidence).slice(0, mostLabels),
  };
}

/** The lowest confidence that can make a difference. */
function lowestThreshold({ categories }: ModerationPolicy): number {
  const thresholds = Object.values(categories).flatMap(({ reject, review }) => [reject, review]);
  return Math.min(...thresholds.filter((threshold) => threshold !== undefined));
}
