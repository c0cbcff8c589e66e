import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FaultStore, openFaultStore } from "./fault-store.ts";

let folder: string;
let store: FaultStore;
let random = 0;

const open = (): FaultStore => openFaultStore(join(folder, "faults.sqlite"), () => random);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-faults-"));
  store = open();
  random = 0;
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

test("a fault with a number of times comes so often, then it is gone", () => {
  store.add({ Function: "f", Error: "E", Times: 2 }, 5000);

  expect([1, 2, 3].map(() => store.take({ Function: "f" })?.Error)).toEqual(["E", "E", undefined]);
  expect(store.list()).toEqual([]);
});

test("what is left of it holds after a restart", () => {
  store.add({ Function: "f", Error: "E", Times: 3 }, 5000);
  store.add({ Call: "s3:GetObject", Delay: 1.5, Rate: 0.5 }, 6000);
  store.take({ Function: "f" });

  store.close();
  store = open();

  expect(store.list()).toEqual([
    { Id: 1, Function: "f", Error: "E", Times: 3, Remaining: 2, AddedAt: 5 },
    { Id: 2, Call: "s3:GetObject", Delay: 1.5, Rate: 0.5, AddedAt: 6 },
  ]);
});

test("a fault that is used up stays gone after a restart, and its id is not given again", () => {
  store.add({ Function: "f", Error: "E", Times: 1 }, 0);
  store.take({ Function: "f" });

  store.close();
  store = open();

  expect(store.take({ Function: "f" })).toBeUndefined();
  expect(store.add({ Function: "f", Error: "E" }, 0).Id).toBe(2);
});

test("a fault comes to its own function or call only", () => {
  store.add({ Function: "f", Error: "E" }, 0);
  store.add({ Call: "s3:GetObject", Error: "SlowDown" }, 0);

  expect(store.take({ Function: "g" })).toBeUndefined();
  expect(store.take({ Call: "s3:PutObject" })).toBeUndefined();
  expect(store.take({ Function: "f" })?.Error).toBe("E");
  expect(store.take({ Call: "s3:GetObject" })?.Error).toBe("SlowDown");
});

test("the first that was added comes first, the next when that is used up", () => {
  store.add({ Function: "f", Error: "First", Times: 1 }, 0);
  store.add({ Function: "f", Error: "Second" }, 0);

  expect([1, 2, 3].map(() => store.take({ Function: "f" })?.Error)).toEqual([
    "First",
    "Second",
    "Second",
  ]);
});

test("a rate is the chance of each, and a fault that didn't come is not counted", () => {
  store.add({ Function: "f", Error: "E", Rate: 0.2, Times: 1 }, 0);

  random = 0.2;
  expect(store.take({ Function: "f" })).toBeUndefined();
  expect(store.list()).toMatchObject([{ Remaining: 1 }]);
  random = 0.19;
  expect(store.take({ Function: "f" })).toMatchObject({ Id: 1 });
});

test("however many are asked for at once, no more faults come than were added", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 0, max: 12 }),
      async (Times, invocations) => {
        store.add({ Function: "f", Error: "E", Times }, 0);

        const taken = await Promise.all(
          Array.from({ length: invocations }, async () => store.take({ Function: "f" })),
        );

        expect(taken.filter((one) => one !== undefined)).toHaveLength(Math.min(Times, invocations));
        store.removeAll();
      },
    ),
    { numRuns: 20 },
  );
});

test("one fault is removed by its id, or all of them", () => {
  for (const name of ["a", "b", "c"]) store.add({ Function: name, Error: "E" }, 0);

  expect(store.remove(2)).toBe(true);
  expect(store.remove(2)).toBe(false);
  expect(store.removeAll()).toBe(2);
  store.close();
  store = open();
  expect(store.list()).toEqual([]);
});
