import fc from "fast-check";
import { expect, test } from "vitest";
import { orderedResults } from "./ordered-results.ts";

/** Work that ends when the scheduler says, at once, or without a result. */
const step = fc.constantFrom("now", "later", "nothing" as const);

test("results are written in the order in which they were added, whenever they come, and none twice", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 6 }),
      async (scheduler, steps, running, held) => {
        const written: number[] = [];
        let atOnce = 0;
        const results = orderedResults<number>(
          (result) => {
            written.push(result);
            return result % 3 === 0 ? Promise.resolve() : undefined;
          },
          { running, held },
        );
        const adding = (async () => {
          for (const [index, kind] of steps.entries()) {
            if (kind === "now") {
              await results.add(index);
              continue;
            }
            await results.addLater(async () => {
              atOnce += 1;
              expect(atOnce).toBeLessThanOrEqual(running);
              await scheduler.schedule(Promise.resolve());
              atOnce -= 1;
              return kind === "later" ? index : undefined;
            });
          }
          await results.end();
        })();
        await scheduler.waitFor(adding);
        expect(written).toEqual([...steps.keys()].filter((index) => steps[index] !== "nothing"));
      },
    ),
  );
});

test("after a failure nothing is started or written behind it, and the end tells of it", async () => {
  const written: number[] = [];
  const results = orderedResults<number>(
    (result) => {
      written.push(result);
      return undefined;
    },
    { running: 2, held: 10 },
  );
  results.add(1);
  await results.addLater(() => Promise.reject(new Error("no answer")));
  results.add(2);
  await expect(results.end()).rejects.toThrow("no answer");
  await expect(results.addLater(async () => 3)).rejects.toThrow("no answer");
  expect(written).toEqual([1]);
});
