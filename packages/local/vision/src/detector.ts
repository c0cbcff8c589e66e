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

/** Finds things in a JPEG or PNG whose header has been checked. */
export interface Detector {
  /** The version that the answer states. */
  readonly version: string;
  detect(image: Uint8Array): Promise<Detection[]>;
  /** Fails the calls under way and leaves nothing running. */
  close(): Promise<void>;
}
