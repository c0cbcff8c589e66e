/** When a kill comes. */
export type KillMoment =
  /** So many milliseconds after the process was started, whatever it has got to. */
  | { readonly during: "start"; readonly afterMs: number }
  /** So long after this share of the uploads was acknowledged. */
  | { readonly during: "uploads"; readonly share: number; readonly afterMs: number }
  /** So long after the last upload was acknowledged. */
  | { readonly during: "processing"; readonly afterMs: number }
  /** So long after Ctrl-C. */
  | { readonly during: "stop"; readonly afterMs: number };

/** The kills of one round, in order. */
export type KillPlan = readonly KillMoment[];

const shapes: readonly (readonly KillMoment["during"][])[] = [
  ["uploads"],
  ["processing"],
  ["uploads", "uploads"],
  ["uploads", "start", "processing"],
  ["start", "uploads"],
  ["processing", "start"],
  ["uploads", "processing", "processing"],
  ["uploads", "stop"],
  ["uploads", "processing"],
];

/** @param random in [0, 1) */
export function planKills(round: number, photos: number, random: () => number): KillPlan {
  const shape = shapes[round % shapes.length] ?? [];
  let share = 0;
  const moments: Record<KillMoment["during"], () => KillMoment> = {
    start: () => ({ during: "start", afterMs: Math.round(random() * 1500) }),
    uploads: () => {
      share += random() * (0.9 - share);
      return { during: "uploads", share, afterMs: Math.round(random() * 60) };
    },
    // A small machine takes some 25 ms for each photo.
    processing: () => ({ during: "processing", afterMs: Math.round(random() * photos * 15) }),
    stop: () => ({ during: "stop", afterMs: Math.round(random() * 400) }),
  };
  return shape.map((during) => moments[during]());
}

/** For a table: `uploads 45%+12, start+310`. */
export const describePlan = (plan: KillPlan): string =>
  plan
    .map((kill) => {
      const share = kill.during === "uploads" ? ` ${Math.round(kill.share * 100)}%` : "";
      return `${kill.during}${share}+${kill.afterMs}`;
    })
    .join(", ");
