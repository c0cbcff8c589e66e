import fc from "fast-check";
import { expect, test } from "vitest";
import { answerModeration } from "./answer-moderation.ts";
import { pinnedFindings } from "./pinned-verdicts.ts";

const suggestive = "Non-Explicit Nudity of Intimate parts and Kissing";

test("answers in the shape of DetectModerationLabels, each level above as a label of its own", () => {
  expect(answerModeration([{ name: "Non-Explicit Nudity", confidence: 80 }], 50, "1")).toEqual({
    ModerationLabels: [
      { Name: suggestive, ParentName: "", TaxonomyLevel: 1, Confidence: 80 },
      { Name: "Non-Explicit Nudity", ParentName: suggestive, TaxonomyLevel: 2, Confidence: 80 },
    ],
    ModerationModelVersion: "1",
    ContentTypes: [],
  });
});

test("answers nothing below the confidence that is asked for, and all of a label at it", () => {
  const findings = [{ name: "Explicit Nudity", confidence: 60 }] as const;
  expect(answerModeration(findings, 60.1, "1").ModerationLabels).toEqual([]);
  expect(answerModeration(findings, 60, "1").ModerationLabels).toHaveLength(2);
});

test("answers both categories where both are found, the surest first", () => {
  const { ModerationLabels } = answerModeration(
    [
      { name: "Explicit Nudity", confidence: 60 },
      { name: "Non-Explicit Nudity", confidence: 70 },
    ],
    50,
    "1",
  );
  expect(ModerationLabels.map(({ Name }) => Name)).toEqual([
    suggestive,
    "Non-Explicit Nudity",
    "Explicit",
    "Explicit Nudity",
  ]);
});

test("answers no label without its parent, and a parent at least as sure, whatever is found", () => {
  const finding = fc.record({
    name: fc.constantFrom("Explicit" as const, "Explicit Nudity" as const, suggestive),
    confidence: fc.double({ min: 0, max: 100, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(finding), fc.nat(100), (findings, minConfidence) => {
      const { ModerationLabels } = answerModeration(findings, minConfidence, "1");
      const byName = new Map(ModerationLabels.map((label) => [label.Name, label]));
      expect(byName.size).toBe(ModerationLabels.length);
      for (const { ParentName, TaxonomyLevel, Confidence } of ModerationLabels) {
        expect(Confidence).toBeGreaterThanOrEqual(minConfidence);
        if (ParentName === "") expect(TaxonomyLevel).toBe(1);
        else {
          expect(byName.get(ParentName)?.TaxonomyLevel).toBe(TaxonomyLevel - 1);
          expect(byName.get(ParentName)?.Confidence).toBeGreaterThanOrEqual(Confidence);
        }
      }
    }),
  );
});

test.each([
  ["clean", []],
  ["suspect", [suggestive, "Non-Explicit Nudity"]],
  ["inappropriate", ["Explicit", "Explicit Nudity"]],
] as const)("a verdict pinned as %s is answered as %j", (verdict, names) => {
  const { ModerationLabels } = answerModeration(pinnedFindings[verdict], 50, "1");
  expect(ModerationLabels.map(({ Name }) => Name)).toEqual(names);
});
