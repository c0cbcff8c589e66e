import type { ModerationFinding } from "./moderation-taxonomy.ts";

/** What a test or a demo may say that a picture is, instead of the model. */
export type PinnedVerdict = "clean" | "suspect" | "inappropriate";

/** What the model would have to find for that verdict, with room on either side for a policy's thresholds. */
export const pinnedFindings: Readonly<Record<PinnedVerdict, readonly ModerationFinding[]>> = {
  clean: [],
  suspect: [{ name: "Non-Explicit Nudity", confidence: 75 }],
  inappropriate: [{ name: "Explicit Nudity", confidence: 99 }],
};
