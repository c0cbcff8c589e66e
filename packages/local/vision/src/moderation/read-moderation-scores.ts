import type { ModerationScores } from "./moderation-scores.ts";
import type { ModerationFinding } from "./moderation-taxonomy.ts";

/**
 * The scores at which a finding gets 50 percent. They are local and not calibrated: set by clean photos alone, so that
 * none of them is suspected. The model gives people dressed for an evening up to 0.97 for `sexy`, so nothing less
 * than near certainty counts there; `porn` and `hentai` together stay below 0.1, but reach 0.2 in a copy scaled to 600 px.
 * What either would be for a picture that ought to be found was never measured.
 */
const evenScores = { explicit: 0.8, suggestive: 0.995 } as const;

/**
 * Puts the model's scores into Rekognition's names. `porn` and `hentai` are one finding: whether it is drawn is no
 * matter of the taxonomy.
 */
export function readModerationScores({
  hentai,
  porn,
  sexy,
}: ModerationScores): ModerationFinding[] {
  return [
    { name: "Explicit Nudity", confidence: confidenceOf(hentai + porn, evenScores.explicit) },
    { name: "Non-Explicit Nudity", confidence: confidenceOf(sexy, evenScores.suggestive) },
  ];
}

/** Rises with the score, from 0 by way of 50 at `even` to 100: the logistic curve, shifted. */
function confidenceOf(score: number, even: number): number {
  const bounded = Math.min(1, Math.max(0, score));
  const pro = bounded * (1 - even);
  return (100 * pro) / (pro + (1 - bounded) * even);
}
