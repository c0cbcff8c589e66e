import type { ModerationScores } from "./moderation/moderation-scores.ts";

/** As fractions of the upright picture's sides, from its upper left corner; all within 0 to 1. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Detection {
  /** An index into `thingNames`. */
  readonly thing: number;
  /** 0 to 100. */
  readonly confidence: number;
  readonly box: Box;
}

/** What is told of a picture, by what it is looked at for. */
export interface Sights {
  /** Which things are where. */
  detect: Detection[];
  /** Whether it is fit to be shown. */
  classify: ModerationScores;
}

/** Looks at a JPEG or PNG whose header has been checked. */
export interface Detector {
  /** The versions that the answers state. */
  readonly versions: Readonly<Record<keyof Sights, string>>;
  look<Aim extends keyof Sights>(aim: Aim, image: Uint8Array): Promise<Sights[Aim]>;
  /** Fails the calls under way and leaves nothing running. */
  close(): Promise<void>;
}
