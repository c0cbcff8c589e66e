/**
 * Of Rekognition's moderation labels, taxonomy 7, those that the local model can tell apart, each with its parent; the
 * top level has "". The third level (which part of the body is bare) is beyond the model.
 * https://docs.aws.amazon.com/rekognition/latest/dg/moderation-api.html#moderation-api-categories
 */
const parents = {
  Explicit: "",
  "Explicit Nudity": "Explicit",
  "Non-Explicit Nudity of Intimate parts and Kissing": "",
  "Non-Explicit Nudity": "Non-Explicit Nudity of Intimate parts and Kissing",
} as const;

export type ModerationName = keyof typeof parents;

/** Something found in a picture, named as deep in the taxonomy as is known. */
export interface ModerationFinding {
  readonly name: ModerationName;
  /** 0 to 100. */
  readonly confidence: number;
}

export function parentOf(name: ModerationName): ModerationName | "" {
  return parents[name];
}

/** From the top level down to the label itself. */
export function lineageOf(name: ModerationName): ModerationName[] {
  const parent = parentOf(name);
  return parent === "" ? [name] : [...lineageOf(parent), name];
}
