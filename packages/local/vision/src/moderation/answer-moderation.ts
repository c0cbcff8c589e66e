import { lineageOf, type ModerationFinding, parentOf } from "./moderation-taxonomy.ts";

/** https://docs.aws.amazon.com/rekognition/latest/APIReference/API_ModerationLabel.html */
export interface ModerationLabel {
  Name: string;
  /** "" for a label of the top level. */
  ParentName: string;
  /** 1 to 3, from the top. */
  TaxonomyLevel: number;
  /** 0 to 100. */
  Confidence: number;
}

export interface DetectModerationLabelsAnswer {
  ModerationLabels: ModerationLabel[];
  ModerationModelVersion: string;
  /** What Rekognition says of animated and illustrated pictures; the local model is not asked. */
  ContentTypes: never[];
}

/**
 * Puts findings into the words of DetectModerationLabels: a label for each and one for each label above it, as sure as
 * the surest below; the surest first, then from the top level down.
 * @param minConfidence 0 to 100; no label below it is answered
 */
export function answerModeration(
  findings: readonly ModerationFinding[],
  minConfidence: number,
  version: string,
): DetectModerationLabelsAnswer {
  const labels = new Map<string, ModerationLabel>();
  for (const { name, confidence } of findings) {
    if (confidence < minConfidence) continue;
    for (const [depth, each] of lineageOf(name).entries()) {
      const Confidence = Math.max(confidence, labels.get(each)?.Confidence ?? 0);
      labels.set(each, {
        Name: each,
        ParentName: parentOf(each),
        TaxonomyLevel: depth + 1,
        Confidence,
      });
    }
  }
  return {
    ModerationLabels: [...labels.values()].sort(
      (one, other) => other.Confidence - one.Confidence || one.TaxonomyLevel - other.TaxonomyLevel,
    ),
    ModerationModelVersion: version,
    ContentTypes: [],
  };
}
