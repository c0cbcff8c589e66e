import type { Sights } from "../detector.ts";

/** To the detector's process. */
export interface LookRequest {
  readonly id: number;
  readonly aim: keyof Sights;
  readonly image: Uint8Array;
}

/** From it, `seen` for the aim of the request; `unreadable` says why the picture doesn't decode. */
export type LookResponse =
  | { readonly id: number; readonly seen: Sights[keyof Sights] }
  | { readonly id: number; readonly unreadable: string };
