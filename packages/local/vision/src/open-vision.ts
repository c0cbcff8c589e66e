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
import {
  answerModeration,
  type DetectModerationLabelsAnswer,
} from "./moderation/answer-moderation.ts";
import { type PinnedVerdict, pinnedFindings } from "./moderation/pinned-verdicts.ts";
import { readModerationScores } from "./moderation/read-moderation-scores.ts";

/** `model` looks at the picture; `fast` only at a checksum of its bytes, for tests and load runs. */
export type VisionMode = "model" | "fast";

export interface DetectModerationLabelsOptions {
  /** 0 to 100; no label below it is answered. */
  readonly minConfidence: number;
  /** Answered in place of what is in the picture, for tests and demos; the version says so. */
  readonly pinned?: PinnedVerdict;
}

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
  /**
   * Rekognition's DetectModerationLabels for a JPEG or PNG. What it tells apart is the four labels of
   * `moderation-taxonomy.ts`, with a confidence that is not Rekognition's.
   * @throws what {@link detectLabels} throws; of a picture whose verdict is pinned, only the header is looked at
   */
  detectModerationLabels(
    image: Uint8Array,
    options: DetectModerationLabelsOptions,
  ): Promise<DetectModerationLabelsAnswer>;
  /** Fails the calls under way and leaves nothing running. */
  close(): Promise<void>;
}

const detectors: Readonly<Record<VisionMode, () => Detector>> = {
  model: () => processDetector(),
  fast: fastDetector,
};

const pinnedVersion = "darkroom-local-pinned-1.0";

/** In mode `model` the detector's process starts with the first call, and stays until `close`; a model is loaded when it is first needed. */
export function openVision({ mode }: { mode: VisionMode }): Vision {
  const detector = detectors[mode]();
  return {
    async detectLabels(image, options) {
      checkOptions(options);
      checkImage(image);
      return answerLabels(await detector.look("detect", image), options, detector.versions.detect);
    },
    async detectModerationLabels(image, { minConfidence, pinned }) {
      checkConfidence(minConfidence);
      checkImage(image);
      if (pinned !== undefined) {
        return answerModeration(pinnedFindings[pinned], minConfidence, pinnedVersion);
      }
      const findings = readModerationScores(await detector.look("classify", image));
      return answerModeration(findings, minConfidence, detector.versions.classify);
    },
    close: () => detector.close(),
  };
}

function checkOptions({ maxLabels, minConfidence }: DetectLabelsOptions): void {
  if (!Number.isInteger(maxLabels) || maxLabels < 0) throw new InvalidParameterException();
  checkConfidence(minConfidence);
}

function checkConfidence(minConfidence: number): void {
  if (!(minConfidence >= 0 && minConfidence <= 100)) throw new InvalidParameterException();
}
