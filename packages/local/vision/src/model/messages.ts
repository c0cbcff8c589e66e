import type { Detection } from "../detector.ts";

/** To the detector's process. */
export interface DetectRequest {
  readonly id: number;
  readonly image: Uint8Array;
}

/** From it; `unreadable` says why the picture doesn't decode. */
export type DetectResponse =
  | { readonly id: number; readonly detections: Detection[] }
  | { readonly id: number; readonly unreadable: string };
