export {
  type DetectablePhoto,
  detectInPhoto,
  type PhotoObject,
  type RekognitionImage,
} from "./detect-in-photo.ts";
export type { PhotoSize } from "./rekognition-limits.ts";
