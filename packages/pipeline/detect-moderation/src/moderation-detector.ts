import {
  DetectModerationLabelsCommand,
  type RekognitionClient,
  type ModerationLabel as RekognitionLabel,
} from "@aws-sdk/client-rekognition";
import type { RekognitionImage } from "@darkroom/lambda/rekognition-image";
import type { ModerationLabel } from "@darkroom/workflow";

export interface Detection {
  /** In the order of the answer. */
  labels: ModerationLabel[];
  /** `7.0` on AWS; begins with `darkroom-local` on a laptop. */
  modelVersion: string;
}

export interface ModerationDetector {
  /**
   * @param minConfidence 0 to 100: labels below it aren't answered
   * @throws what Rekognition throws, by its name
   */
  detect(image: RekognitionImage, minConfidence: number): Promise<Detection>;
}

export function moderationDetector(rekognition: RekognitionClient): ModerationDetector {
  return {
    async detect(image, minConfidence) {
      const answer = await rekognition.send(
        new DetectModerationLabelsCommand({ Image: image, MinConfidence: minConfidence }),
      );
      const { ModerationLabels: labels, ModerationModelVersion: modelVersion } = answer;
      // An answer that can't be read must not pass for a clean one.
      if (labels === undefined || modelVersion === undefined) {
        throw new Error("Rekognition answered without ModerationLabels or ModerationModelVersion");
      }
      return { labels: labels.map(labelOf), modelVersion };
    },
  };
}

function labelOf({ Name, Confidence, ParentName, TaxonomyLevel }: RekognitionLabel) {
  if (Name === undefined || Confidence === undefined || TaxonomyLevel === undefined) {
    throw new Error(
      `Rekognition answered the label ${JSON.stringify(Name)} without Name, Confidence or TaxonomyLevel`,
    );
  }
  return {
    name: Name,
    confidence: Confidence,
    // Rekognition says "" at the top level.
    ...(ParentName ? { parentName: ParentName } : {}),
    taxonomyLevel: TaxonomyLevel,
  };
}
