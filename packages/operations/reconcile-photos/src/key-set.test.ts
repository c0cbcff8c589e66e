import { imageIdOf } from "@darkroom/workflow";
import { expect, test } from "vitest";
import { KeySet } from "./key-set.ts";

const idsOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => imageIdOf(name, `${index}`));

test("it knows what was added, however often, and nothing else", () => {
  const set = new KeySet();
  const ids = idsOf("landing", 20_000);
  for (const id of [...ids, ...ids]) set.add(id);
  expect(set.size).toBe(20_000);
  expect(ids.every((id) => set.has(id))).toBe(true);
  expect(idsOf("other", 20_000).some((id) => set.has(id))).toBe(false);
});

test("IDs that want the same slot don't hide each other", () => {
  const set = new KeySet();
  const alike = (index: number) =>
    `${index.toString(16).padStart(4, "0")}0000000000`.padEnd(32, "0");
  for (let index = 1; index <= 500; index += 1) set.add(alike(index));
  expect(set.size).toBe(500);
  expect(set.has(alike(500))).toBe(true);
  expect(set.has(alike(501))).toBe(false);
});

test("an ID of zeros is one like any other", () => {
  const set = new KeySet();
  const zeros = "0".repeat(32);
  expect(set.has(zeros)).toBe(false);
  set.add(zeros);
  set.add(zeros);
  expect(set.has(zeros)).toBe(true);
  expect(set.size).toBe(1);
});
