export { RekognitionError } from "./errors.ts";
export type {
  DetectLabelsAnswer,
  DetectLabelsOptions,
  Instance,
  Label,
} from "./labels/answer-labels.ts";
export type {
  DetectModerationLabelsAnswer,
  ModerationLabel,
} from "./moderation/answer-moderation.ts";
export type { PinnedVerdict } from "./moderation/pinned-verdicts.ts";
export {
  type DetectModerationLabelsOptions,
  openVision,
  type Vision,
  type VisionMode,
} from "./open-vision.ts";
