import { expect, test } from "vitest";
import { findFunction } from "./find-function.ts";

const names = ["darkroom-dev-ExtractMetadata", "darkroom-dev-DetectLabels", "other-DetectLabels"];

test("a function is found by its deployed name and by its task's", () => {
  const found = { name: "darkroom-dev-ExtractMetadata" };

  expect(findFunction("darkroom-dev-ExtractMetadata", names)).toEqual(found);
  expect(findFunction("extract-metadata", names)).toEqual(found);
});

test("an unknown one is answered with those that there are", () => {
  expect(findFunction("extract-meta", names.slice(0, 2))).toEqual({
    problem: "There is no function extract-meta: name one of detect-labels, extract-metadata.",
  });
});

test("a task that two functions could be for is to be named in full", () => {
  expect(findFunction("detect-labels", names)).toEqual({
    problem:
      "detect-labels may be darkroom-dev-DetectLabels or other-DetectLabels: give the function's whole name.",
  });
});
