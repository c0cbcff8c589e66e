import fc from "fast-check";
import { expect, test } from "vitest";
import type { Detection } from "../detector.ts";
import { answerLabels } from "./answer-labels.ts";
import { thingNames } from "./thing-names.ts";

const box = { left: 0.1, top: 0.2, width: 0.3, height: 0.4 };
const all = { maxLabels: 1000, minConfidence: 0 };

function found(name: (typeof thingNames)[number], confidence: number): Detection {
  return { thing: thingNames.indexOf(name), confidence, box };
}

test("answers in the shape of DetectLabels, with the ancestors as labels of their own", () => {
  expect(answerLabels([found("Car", 90)], all, "1")).toEqual({
    LabelModelVersion: "1",
    Labels: [
      {
        Name: "Car",
        Confidence: 90,
        Instances: [
          { BoundingBox: { Width: 0.3, Height: 0.4, Left: 0.1, Top: 0.2 }, Confidence: 90 },
        ],
        Parents: [{ Name: "Transportation" }, { Name: "Vehicle" }],
        Aliases: [{ Name: "Automobile" }],
        Categories: [{ Name: "Vehicles and Automotive" }],
      },
      expect.objectContaining({ Name: "Transportation", Confidence: 90, Instances: [] }),
      expect.objectContaining({ Name: "Vehicle", Confidence: 90, Instances: [] }),
    ],
  });
});

test("is as sure of a label as of its surest instance, of an ancestor as of its surest descendant", () => {
  const { Labels } = answerLabels(
    [found("Car", 70), found("Bus", 95), found("Car", 80), found("Person", 75)],
    all,
    "1",
  );
  expect(Labels.map(({ Name, Confidence }) => [Name, Confidence])).toEqual([
    ["Bus", 95],
    ["Transportation", 95],
    ["Vehicle", 95],
    ["Car", 80],
    ["Person", 75],
  ]);
  expect(Labels[3]?.Instances.map(({ Confidence }) => Confidence)).toEqual([80, 70]);
});

test("gives a thing that is also an ancestor the instances of its own only", () => {
  const { Labels } = answerLabels([found("Microwave", 90), found("Oven", 80)], all, "1");
  const oven = Labels.find(({ Name }) => Name === "Oven");
  expect(oven).toMatchObject({ Confidence: 90, Instances: [{ Confidence: 80 }] });
});

test("answers at most maxLabels, the surest, and neither label nor instance below minConfidence", () => {
  const detections = [found("Cup", 90), found("Cup", 59), found("Bowl", 61), found("Fork", 59.9)];
  const { Labels } = answerLabels(detections, { maxLabels: 1000, minConfidence: 60 }, "1");
  expect(Labels.map(({ Name, Instances }) => [Name, Instances.length])).toEqual([
    ["Cup", 1],
    ["Bowl", 1],
  ]);
  expect(answerLabels(detections, { maxLabels: 1, minConfidence: 0 }, "1").Labels).toHaveLength(1);
  expect(answerLabels(detections, { maxLabels: 0, minConfidence: 0 }, "1").Labels).toEqual([]);
});

test("answers each label once, the surest first, with all its parents, whatever is found", () => {
  const detection = fc.record({
    thing: fc.nat(79),
    confidence: fc.double({ min: 0, max: 100, noNaN: true }),
    box: fc.constant(box),
  });
  fc.assert(
    fc.property(fc.array(detection, { maxLength: 100 }), (detections) => {
      const { Labels } = answerLabels(detections, all, "1");
      const names = Labels.map(({ Name }) => Name);
      expect(new Set(names).size).toBe(names.length);
      const confidences = Labels.map(({ Confidence }) => Confidence);
      expect(confidences).toEqual([...confidences].sort((one, other) => other - one));
      for (const { Parents, Confidence } of Labels) {
        for (const { Name } of Parents) {
          const parent = Labels.find((label) => label.Name === Name);
          expect(parent?.Confidence).toBeGreaterThanOrEqual(Confidence);
        }
      }
      expect(Labels.flatMap(({ Instances }) => Instances)).toHaveLength(detections.length);
    }),
  );
});
