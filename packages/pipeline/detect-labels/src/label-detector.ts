import {
  DetectLabelsCommand,
  type Image,
  type Label,
  type RekognitionClient,
} from "@aws-sdk/client-rekognition";
import type { PhotoReference, Tag } from "@darkroom/workflow";

export type LabelSource =
  | { object: Pick<PhotoReference, "s3bucket" | "s3key" | "versionId"> }
  | { bytes: Uint8Array };

export interface LabelDetector {
  /** @throws what Rekognition throws, by its name */
  detect(source: LabelSource): Promise<Tag[]>;
}

/** How many labels are asked for, and from which confidence on (0 to 100). */
const asked = { MaxLabels: 10, MinConfidence: 60 } as const;

export function labelDetector(rekognition: RekognitionClient): LabelDetector {
  return {
    async detect(source) {
      const answer = await rekognition.send(
        new DetectLabelsCommand({ Image: imageOf(source), ...asked }),
      );
      return (answer.Labels ?? []).flatMap(tagOf);
    },
  };
}

function imageOf(source: LabelSource): Image {
  if ("bytes" in source) return { Bytes: source.bytes };
  const { s3bucket, s3key, versionId } = source.object;
  return {
    S3Object: {
      Bucket: s3bucket,
      Name: s3key,
      ...(versionId === "null" ? {} : { Version: versionId }),
    },
  };
}

function tagOf({ Name, Confidence }: Label): Tag[] {
  return Name === undefined || Confidence === undefined
    ? []
    : [{ name: Name, confidence: Confidence }];
}
