import {
  DetectLabelsCommand,
  type Label,
  type RekognitionClient,
} from "@aws-sdk/client-rekognition";
import type { RekognitionImage } from "@darkroom/lambda/rekognition-image";
import type { Tag } from "@darkroom/workflow";

export interface LabelDetector {
  /** @throws what Rekognition throws, by its name */
  detect(this: void, image: RekognitionImage): Promise<Tag[]>;
}

/** How many labels are asked for, and from which confidence on (0 to 100). */
const asked = { MaxLabels: 10, MinConfidence: 60 } as const;

export function labelDetector(rekognition: RekognitionClient): LabelDetector {
  return {
    async detect(image) {
      const answer = await rekognition.send(new DetectLabelsCommand({ Image: image, ...asked }));
      return (answer.Labels ?? []).flatMap(tagOf);
    },
  };
}

function tagOf({ Name, Confidence }: Label): Tag[] {
  return Name === undefined || Confidence === undefined
    ? []
    : [{ name: Name, confidence: Confidence }];
}
