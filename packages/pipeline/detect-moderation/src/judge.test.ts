import {
  type ModerationLabel,
  type ModerationPolicy,
  moderationTaxonomy,
  parseModerationPolicy,
} from "@darkroom/workflow";
import defaults from "@darkroom/workflow/moderation-policy.json" with { type: "json" };
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge } from "./judge.ts";

type Name = keyof typeof moderationTaxonomy;
const names = Object.keys(moderationTaxonomy) as Name[];
const intimate = "Non-Explicit Nudity of Intimate parts and Kissing";

/** A label as Rekognition answers it, with those above it, which are as sure. */
function seen(name: Name, confidence: number): ModerationLabel[] {
  const parent: Name | "" = moderationTaxonomy[name];
  const above = parent === "" ? [] : seen(parent, confidence);
  const parentName = parent === "" ? {} : { parentName: parent };
  return [...above, { name, confidence, ...parentName, taxonomyLevel: above.length + 1 }];
}

/** Labels of one picture: those above two labels are there once, as sure as the surer. */
function picture(...each: ModerationLabel[][]): ModerationLabel[] {
  const byName = new Map<string, ModerationLabel>();
  for (const label of each.flat()) {
    const confidence = Math.max(label.confidence, byName.get(label.name)?.confidence ?? 0);
    byName.set(label.name, { ...label, confidence });
  }
  return [...byName.values()];
}

const policyOf = (categories: ModerationPolicy["categories"]) =>
  parseModerationPolicy({ version: "1", categories });

describe("a rule", () => {
  const policy = policyOf({ Explicit: { reject: 80, review: 50 } });

  test.each([
    [49.9, "clean", undefined],
    [50, "suspect", "Explicit Nudity 50 %, reviewed from 50 %"],
    [79.97, "suspect", "Explicit Nudity 79.9 %, reviewed from 50 %"],
    [80, "inappropriate", "Explicit Nudity 80 %, rejected from 80 %"],
    [97.29618072509766, "inappropriate", "Explicit Nudity 97.2 %, rejected from 80 %"],
    [100, "inappropriate", "Explicit Nudity 100 %, rejected from 80 %"],
  ])("at %d %% makes a picture %s", (confidence, verdict, reason) => {
    const judgement = judge(seen("Explicit Nudity", confidence), policy);
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.reason).toBe(reason);
  });

  test("that only rejects asks nobody below its threshold", () => {
    expect(judge(seen("Gambling", 79), policyOf({ Gambling: { reject: 80 } }))).toEqual({
      verdict: "clean",
    });
  });

  test("that only asks rejects nothing", () => {
    const { verdict } = judge(seen("Gambling", 100), policyOf({ Gambling: { review: 80 } }));
    expect(verdict).toBe("suspect");
  });

  test("holds for the levels below it", () => {
    expect(judge(seen("Exposed Female Nipple", 90), policy).reason).toBe(
      "Exposed Female Nipple 90 %, rejected from 80 %",
    );
  });

  test("doesn't hold for another category", () => {
    expect(judge(seen("Corpses", 100), policy)).toEqual({ verdict: "clean" });
  });
});

describe("a rule for a more specific label", () => {
  const mild = policyOf({ [intimate]: { reject: 95, review: 60 }, "Bare Back": { review: 99 } });

  test("counts in place of the one above it, also when it is milder", () => {
    expect(judge(seen("Bare Back", 98), mild)).toEqual({ verdict: "clean" });
  });

  test("excuses nothing else that is in the picture", () => {
    const labels = picture(seen("Bare Back", 98), seen("Implied Nudity", 70));
    expect(judge(labels, mild)).toEqual({
      verdict: "suspect",
      reason: "Implied Nudity 70 %, reviewed from 60 %",
    });
  });

  test("counts when it is stricter", () => {
    const strict = policyOf({ Violence: { review: 90 }, "Self-Harm": { reject: 50 } });
    expect(judge(seen("Self-Harm", 55), strict).verdict).toBe("inappropriate");
    expect(judge(seen("Weapon Violence", 55), strict).verdict).toBe("clean");
  });
});

test("a label that is surer than the more specific one below it isn't hidden by that", () => {
  const [explicit, nudity, nipple] = seen("Exposed Female Nipple", 90);
  if (!explicit || !nudity || !nipple) throw new Error("three levels");
  const labels = [explicit, nudity, { ...nipple, confidence: 55 }];
  expect(judge(labels, policyOf({ Explicit: { reject: 80, review: 50 } }))).toEqual({
    verdict: "inappropriate",
    reason: "Explicit Nudity 90 %, rejected from 80 %",
  });
});

describe("a label that the taxonomy doesn't have", () => {
  const policy = policyOf({ Explicit: { reject: 80, review: 50 } });
  const label = { name: "Deepfake", confidence: 60, taxonomyLevel: 1 };

  test("is shown to a person: no policy could name it", () => {
    expect(judge([label], policy)).toEqual({
      verdict: "suspect",
      reason: "Deepfake 60 %, a label that the policy's taxonomy doesn't have",
    });
  });

  test("is judged by what it stands under, where that is known", () => {
    const below = { ...label, parentName: "Explicit Nudity", taxonomyLevel: 3, confidence: 85 };
    expect(judge([...seen("Explicit Nudity", 85), below], policy)).toEqual({
      verdict: "inappropriate",
      reason: "Deepfake 85 %, rejected from 80 %",
    });
  });

  test("and is its own parent ends the search", () => {
    const odd = { ...label, parentName: "Deepfake" };
    expect(judge([odd], policy).verdict).toBe("suspect");
  });
});

describe("the default policy", () => {
  const policy = parseModerationPolicy(defaults);

  test.each([
    ["clean", "nothing", []],
    ["suspect", "what the local pin suspect answers", seen("Non-Explicit Nudity", 75)],
    ["inappropriate", "what the local pin inappropriate answers", seen("Explicit Nudity", 99)],
    ["suspect", "a perhaps explicit picture", seen("Explicit Sexual Activity", 50)],
    ["clean", "a man at the beach", seen("Exposed Male Nipple", 99.5)],
    ["clean", "people in swimwear", seen("Female Swimwear or Underwear", 99.9)],
    ["clean", "a kiss at a wedding", seen("Kissing on the Lips", 99)],
    ["clean", "a glass of wine", seen("Alcoholic Beverages", 99.9)],
    ["clean", "a fireworks display", seen("Explosions and Blasts", 90)],
    ["suspect", "a weapon", seen("Weapons", 99)],
    ["suspect", "a hate symbol", seen("Nazi Party", 55)],
    ["inappropriate", "bare breasts, partly", seen("Partially Exposed Female Breast", 97)],
  ] as const)("finds %s: %s", (verdict, _, labels) => {
    expect(judge(labels, policy).verdict).toBe(verdict);
  });
});

describe("for any policy and picture", () => {
  const tenths = fc.integer({ min: 0, max: 1000 }).map((value) => value / 10);
  const rules = fc.record({ one: tenths, other: tenths }).map(({ one, other }) => ({
    reject: Math.max(one, other),
    review: Math.min(one, other),
  }));
  const policies = fc.dictionary(fc.constantFrom(...names), rules, { minKeys: 1 }).map(policyOf);
  const pictures = fc
    .array(fc.record({ name: fc.constantFrom(...names), confidence: tenths }))
    .map((found) => picture(...found.map(({ name, confidence }) => seen(name, confidence))));
  const severity = { clean: 0, suspect: 1, inappropriate: 2 };

  test("the order of the labels makes no difference to the verdict", () => {
    fc.assert(
      fc.property(policies, pictures, (policy, labels) => {
        expect(judge(labels.toReversed(), policy).verdict).toBe(judge(labels, policy).verdict);
      }),
    );
  });

  test("the verdict is no milder than that of any one label whose own rule decides", () => {
    fc.assert(
      fc.property(policies, pictures, (policy, labels) => {
        const whole = severity[judge(labels, policy).verdict];
        const parents = new Set(labels.map(({ parentName }) => parentName));
        for (const label of labels.filter(({ name }) => !parents.has(name))) {
          expect(whole).toBeGreaterThanOrEqual(severity[judge([label], policy).verdict]);
        }
      }),
    );
  });

  test("a reason is there unless it is clean", () => {
    fc.assert(
      fc.property(policies, pictures, (policy, labels) => {
        const { verdict, reason } = judge(labels, policy);
        expect(reason === undefined).toBe(verdict === "clean");
      }),
    );
  });
});
