import { expect, test } from "vitest";
import { ancestorsOf, labelEntry } from "./label-taxonomy.ts";
import { thingNames } from "./thing-names.ts";

test("names 80 things, each once, in COCO's order", () => {
  expect(new Set(thingNames).size).toBe(80);
  expect([thingNames[0], thingNames[16], thingNames[67], thingNames[79]]).toEqual([
    "Person",
    "Dog",
    "Mobile Phone",
    "Toothbrush",
  ]);
});

test("knows each thing and all its ancestors, and none is its own ancestor", () => {
  for (const name of thingNames) {
    const ancestors = ancestorsOf(name);
    expect(ancestors).not.toContain(name);
    for (const ancestor of ancestors) {
      expect(labelEntry(ancestor).category).not.toBe("");
      expect(ancestors).toEqual(expect.arrayContaining(ancestorsOf(ancestor)));
    }
  }
});

test.each([
  ["Cat", ["Animal", "Mammal", "Pet"]],
  ["Dog", ["Animal", "Canine", "Mammal", "Pet"]],
  ["TV", ["Computer Hardware", "Electronics", "Hardware", "Monitor", "Screen"]],
  ["Potted Plant", ["Plant"]],
  ["Fire Hydrant", ["Hydrant"]],
  ["Teddy Bear", ["Toy"]],
  ["Person", []],
])("gives %s the parents that Rekognition gives it", (name, parents) => {
  expect(ancestorsOf(name)).toEqual(parents);
});

test("refuses a name that it doesn't know", () => {
  expect(() => labelEntry("constructor")).toThrow("No label is called constructor.");
});
