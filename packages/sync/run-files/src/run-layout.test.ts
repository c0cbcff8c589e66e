import { describe, expect, test } from "vitest";
import { fatesKey, shardKey } from "./run-layout.ts";

const run = { prefix: "runs/r/" };

test("shards are numbered so that their keys are in the order of their numbers", () => {
  const numbers = [1, 9, 10, 499, 1000, 99_999_999];
  const keys = numbers.map((number) => shardKey(run, "copy", number));
  expect(keys[0]).toBe("runs/r/copy/00000001.jsonl");
  expect(keys.toSorted()).toEqual(keys);
});

describe("the fates of a shard", () => {
  test("are under its own name, beside the shards", () => {
    expect(fatesKey(run, "orphans", shardKey(run, "orphans", 7))).toBe(
      "runs/r/fates/orphans/00000007.jsonl",
    );
  });

  test.each([
    ["another run", "runs/other/copy/00000001.jsonl"],
    ["another kind", "runs/r/orphans/00000001.jsonl"],
    ["no file", "runs/r/copy/"],
    ["a folder below", "runs/r/copy/a/b.jsonl"],
    ["no JSON lines", "runs/r/copy/00000001.csv"],
  ])("are none for a key of %s", (_, shard) => {
    expect(() => fatesKey(run, "copy", shard)).toThrow(
      expect.objectContaining({
        name: "InvalidInputError",
        message: expect.stringContaining(shard),
      }),
    );
  });
});
