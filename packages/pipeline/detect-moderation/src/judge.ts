import {
  isModerationCategory,
  type Moderation,
  type ModerationCategory,
  type ModerationLabel,
  type ModerationPolicy,
  type ModerationRule,
  moderationTaxonomy,
} from "@darkroom/workflow";

export type Judgement = Pick<Moderation, "verdict" | "reason">;

/** From the mildest. */
const verdicts = ["clean", "suspect", "inappropriate"] as const;

/** What the policy makes of one label. */
interface Finding extends Judgement {
  label: ModerationLabel;
}

/**
 * Judges a picture by its labels: the worst verdict counts, and the surest, most specific label that has
 * it is the reason.
 *
 * The nearest rule decides about a label: its own, else its parent's, and so on upward. A label stands
 * for those above it, so that a mild rule for the more specific one counts: what is above is judged too
 * only as far as the same rule holds for all that was found below it.
 *
 * A label with no known name in its line is one that no policy could name: a person is asked.
 */
export function judge(labels: readonly ModerationLabel[], policy: ModerationPolicy): Judgement {
  const lines = labels.map((label) => ({ label, line: lineOf(label, labels) }));
  const ruleOf = (line: readonly string[]) => line.find((name) => ruleFor(name, policy));
  const judged = lines.filter(({ label: { name }, line }) =>
    lines.every(
      (other) => !other.line.slice(1).includes(name) || ruleOf(other.line) === ruleOf(line),
    ),
  );
  const [worst] = judged.map(({ label, line }) => findingOf(label, line, policy)).sort(worstFirst);
  if (worst === undefined || worst.verdict === "clean") return { verdict: "clean" };
  return { verdict: worst.verdict, reason: worst.reason };
}

function findingOf(
  label: ModerationLabel,
  line: readonly string[],
  policy: ModerationPolicy,
): Finding {
  const { name, confidence } = label;
  const seen = `${name} ${shown(confidence)} %`;
  if (!line.some(isModerationCategory)) {
    const reason = `${seen}, a label that the policy's taxonomy doesn't have`;
    return { label, verdict: "suspect", reason };
  }
  const { reject = Infinity, review = Infinity } =
    line.map((each) => ruleFor(each, policy)).find((rule) => rule !== undefined) ?? {};
  if (confidence >= reject) {
    return { label, verdict: "inappropriate", reason: `${seen}, rejected from ${reject} %` };
  }
  if (confidence >= review) {
    return { label, verdict: "suspect", reason: `${seen}, reviewed from ${review} %` };
  }
  return { label, verdict: "clean" };
}

function ruleFor(name: string, { categories }: ModerationPolicy): ModerationRule | undefined {
  return isModerationCategory(name) ? categories[name] : undefined;
}

/**
 * A label's name and those above it, upward, as Rekognition tells them; above that, as the taxonomy has
 * them.
 */
function lineOf({ name, parentName }: ModerationLabel, labels: readonly ModerationLabel[]) {
  const line = [name];
  let parent = parentName ?? knownParentOf(name);
  while (parent !== undefined && !line.includes(parent)) {
    const above: string = parent;
    line.push(above);
    parent = labels.find((label) => label.name === above)?.parentName ?? knownParentOf(above);
  }
  return line;
}

function knownParentOf(name: string): ModerationCategory | undefined {
  if (!isModerationCategory(name)) return undefined;
  const parent = moderationTaxonomy[name];
  return parent === "" ? undefined : parent;
}

function worstFirst(one: Finding, other: Finding): number {
  return (
    verdicts.indexOf(other.verdict) - verdicts.indexOf(one.verdict) ||
    other.label.confidence - one.label.confidence ||
    other.label.taxonomyLevel - one.label.taxonomyLevel
  );
}

/** In tenths, cut off: 79.97 must not be told as the 80 that it didn't reach. */
function shown(confidence: number): number {
  const rounded = Number(confidence.toFixed(1));
  return rounded <= confidence ? rounded : Number((rounded - 0.1).toFixed(1));
}
