export { RekognitionError } from "./errors.ts";
export type {
  DetectLabelsAnswer,
  DetectLabelsOptions,
  Instance,
  Label,
} from "./labels/answer-labels.ts";
export { openVision, type Vision, type VisionMode } from "./open-vision.ts";
