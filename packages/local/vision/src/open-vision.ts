import { checkImage } from "./check-image.ts";
import type { Detector } from "./detector.ts";
import { InvalidParameterException } from "./errors.ts";
import { fastDetector } from "./fast-detector.ts";
import {
  answerLabels,
  type DetectLabelsAnswer,
  type DetectLabelsOptions,
} from "./labels/answer-labels.ts";
import { processDetector } from "./model/process-detector.ts";

/** `model` looks at the picture; `fast` only at a checksum of its bytes, for tests and load runs. */
export type VisionMode = "model" | "fast";

export interface Vision {
  /**
   * Rekognition's DetectLabels for a JPEG or PNG.
   * @throws {InvalidParameterException} an option out of range, or a side below 80 px
   * @throws {InvalidImageFormatException} no JPEG or PNG, or one that doesn't decode
   * @throws {ImageTooLargeException} above 15 MB or 10,000 px, or more than 256 MiB to decode
   * @throws {ThrottlingException} too many pictures wait; can be tried again
   * @throws {InternalServerError} the detector crashed, hung or was closed; can be tried again
   */
  detectLabels(image: Uint8Array, options: DetectLabelsOptions): Promise<DetectLabelsAnswer>;
  /** Fails the calls under way and leaves nothing running. */
  close(): Promise<void>;
}

const detectors: Readonly<Record<VisionMode, () => Detector>> = {
  model: () => processDetector(),
  fast: fastDetector,
};

/** In mode `model` the detector's process starts with the first call, and stays until `close`. */
export function openVision({ mode }: { mode: VisionMode }): Vision {
  const detector = detectors[mode]();
  return {
    async detectLabels(image, options) {
      checkOptions(options);
      checkImage(image);
      return answerLabels(await detector.detect(image), options, detector.version);
    },
    close: () => detector.close(),
  };
}

function checkOptions({ maxLabels, minConfidence }: DetectLabelsOptions): void {
  const inRange =
    Number.isInteger(maxLabels) && maxLabels >= 0 && minConfidence >= 0 && minConfidence <= 100;
  if (!inRange) throw new InvalidParameterException();
}
