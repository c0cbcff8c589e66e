import { expect, test } from "vitest";
import { UsageError } from "../failure.ts";
import { reviewerName, reviewReason, workerNameOf } from "./reviewer.ts";

test("a reviewer is who they say they are, else the system's user", () => {
  expect(reviewerName(" Ann B. ", "--by")).toBe("Ann B.");
  expect(reviewerName(undefined, "--by")).not.toBe("");
});

test.each([[""], ["  "], ["a\nb"], ["x".repeat(201)]])("%j is no name", (given) => {
  expect(() => reviewerName(given, "--by")).toThrow(UsageError);
});

test("a reason says something, and no more than a record holds", () => {
  expect(reviewReason(" it shows “a knife” ")).toBe("it shows “a knife”");
  expect(() => reviewReason(" ")).toThrow(/--reason is empty/);
  expect(() => reviewReason("x".repeat(2001))).toThrow(/at most 2000/);
});

test("any name becomes one that Step Functions takes", () => {
  expect(workerNameOf("Ann <ann@example.org>")).toBe("Ann-ann@example.org-");
  expect(workerNameOf("é".repeat(200))).toHaveLength(80);
});
