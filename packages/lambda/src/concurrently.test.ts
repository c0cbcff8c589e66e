import { expect, test } from "vitest";
import { concurrently } from "./concurrently.ts";

test("no more than the limit runs at a time, and results keep their places", async () => {
  let running = 0;
  let most = 0;
  const results = await concurrently([5, 1, 4, 2, 3], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
    running -= 1;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

test("an error ends the run after what is under way", async () => {
  const begun: number[] = [];
  const running = concurrently([0, 1, 2, 3], 2, async (item) => {
    begun.push(item);
    await Promise.resolve();
    if (item === 0) throw new Error("broken");
  });
  await expect(running).rejects.toThrow("broken");
  expect(begun).toEqual([0, 1]);
});

test("of several errors that of the first item is thrown, however late it came", async () => {
  const running = concurrently([20, 0], 2, async (turns) => {
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    throw new Error(`after ${turns}`);
  });
  await expect(running).rejects.toThrow("after 20");
});
