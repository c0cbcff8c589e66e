/** What the model says of one place. Corners in pixels of its input. */
export interface Candidate {
  readonly thing: number;
  /** 0 to 1. */
  readonly score: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Two boxes of one kind that share more than this are one thing seen twice; people in a crowd share less. */
const sameKind = 0.5;
/** Boxes of two kinds that share this much are one thing with two names, of which the likelier stays. */
const otherKind = 0.8;

/** Non-maximum suppression: the candidates that no likelier one stands for, the likeliest first. */
export function keepDistinct(candidates: readonly Candidate[]): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of [...candidates].sort((one, other) => other.score - one.score)) {
    const repeated = kept.some(
      (likelier) =>
        overlap(likelier, candidate) > (likelier.thing === candidate.thing ? sameKind : otherKind),
    );
    if (!repeated) kept.push(candidate);
  }
  return kept;
}

/** Intersection over union, 0 to 1. */
function overlap(one: Candidate, other: Candidate): number {
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (area(one) + area(other) - shared);
}

function area({ left, top, right, bottom }: Candidate): number {
  return (right - left) * (bottom - top);
}
