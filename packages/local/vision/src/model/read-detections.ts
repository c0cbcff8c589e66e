import type { Detection } from "../detector.ts";
import { thingNames } from "../labels/thing-names.ts";
import { type Candidate, keepDistinct } from "./keep-distinct.ts";
import type { Letterboxed } from "./letterbox.ts";

/** x1, y1, x2, y2 in pixels of the input square, score 0 to 1, class 0 to 79. */
const rowLength = 6;

/**
 * Turns the model's rows into detections in fractions of the picture.
 * @param output `tower_0/detections`: rows of six numbers; without a use, a row is left out
 */
export function readDetections(
  output: ArrayLike<number>,
  picture: Pick<Letterboxed, "left" | "top" | "width" | "height">,
): Detection[] {
  const candidates: Candidate[] = [];
  for (let at = 0; at + rowLength <= output.length; at += rowLength) {
    const [x1, y1, x2, y2, score, thing] = Array.from({ length: rowLength }, (_, index) =>
      Number(output[at + index]),
    ) as [number, number, number, number, number, number];
    const candidate = {
      thing,
      score,
      left: clamp((x1 - picture.left) / picture.width),
      top: clamp((y1 - picture.top) / picture.height),
      right: clamp((x2 - picture.left) / picture.width),
      bottom: clamp((y2 - picture.top) / picture.height),
    };
    if (isUsable(candidate)) candidates.push(candidate);
  }
  return keepDistinct(candidates).map(({ thing, score, left, top, right, bottom }) => ({
    thing,
    confidence: confidenceOf(score),
    box: { left, top, width: right - left, height: bottom - top },
  }));
}

/** A box in the bars beside the picture has no area in it, and a broken picture may give NaN. */
function isUsable({ thing, score, left, top, right, bottom }: Candidate): boolean {
  return score > 0 && right > left && bottom > top && thing in thingNames;
}

/**
 * How often, in percent, a box with this score is right. A CenterNet's score is the height of a peak
 * and no probability: 0.3 is where its authors start to draw boxes. Of the boxes that it finds in 17
 * photos, looked through by eye, these were right: 22 of 23 with a score above 0.5, 9 of 10 above 0.4,
 * 8 of 11 above 0.3, and half of those above 0.25. The curve goes through that.
 */
function confidenceOf(score: number): number {
  return 100 / (1 + Math.exp(-10 * (score - 0.26)));
}

function clamp(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}
