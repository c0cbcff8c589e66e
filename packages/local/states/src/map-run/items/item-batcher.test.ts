import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runMachine } from "../../testing/index.ts";
import type { Json } from "../../types.ts";
import { toInputs } from "./item-batcher.ts";

async function* itemsOf(items: readonly Json[]): AsyncGenerator<Json> {
  yield* items;
}

function run(fields: object, input: Json) {
  return runMachine({
    definition: {
      StartAt: "All",
      States: {
        All: {
          Type: "Map",
          End: true,
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "Each",
            States: { Each: { Type: "Pass", End: true } },
          },
          ...fields,
        },
      },
    },
    input,
  });
}

describe("an ItemBatcher", () => {
  it("gives a child as many items as MaxItemsPerBatch says", async () => {
    const { output } = await run({ ItemBatcher: { MaxItemsPerBatch: 2 } }, [1, null, "c"]);
    expect(output).toEqual([{ Items: [1, null] }, { Items: ["c"] }]);
  });

  it("puts BatchInput into each batch, and batches what ItemSelector has made", async () => {
    const { output } = await run(
      {
        ItemsPath: "$.items",
        ItemSelector: { "n.$": "$$.Map.Item.Value" },
        ItemBatcher: { MaxItemsPerBatchPath: "$.most", BatchInput: { "for.$": "$.for" } },
      },
      { items: [1, 2, 3], most: 2, for: "all" },
    );
    const BatchInput = { for: "all" };
    expect(output).toEqual([
      { BatchInput, Items: [{ n: 1 }, { n: 2 }] },
      { BatchInput, Items: [{ n: 3 }] },
    ]);
  });

  it("starts nothing for no items", async () => {
    expect(await run({ ItemBatcher: { MaxItemsPerBatch: 2 } }, [])).toMatchObject({ output: [] });
  });

  it("fails for an item that is larger than a batch may be", async () => {
    const failed = await run({ ItemBatcher: { MaxInputBytesPerBatch: 20 } }, [1, "x".repeat(20)]);
    expect(failed).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  });

  it.each([0, -1, 1.5, "many", null])("fails when MaxItemsPerBatchPath finds %j", async (most) => {
    const ItemBatcher = { MaxItemsPerBatchPath: "$.most" };
    const failed = await run({ ItemsPath: "$.items", ItemBatcher }, { items: [1], most });
    expect(failed).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(failed.cause).toContain("which is not a valid integer: $.most");
  });

  it("counts the items that a failed batch has when failures are tolerated", async () => {
    const never = { Type: "Fail" };
    const fields = (ToleratedFailureCount: number) => ({
      ItemBatcher: { MaxItemsPerBatch: 3 },
      ToleratedFailureCount,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Each",
        States: { Each: never },
      },
    });
    expect((await run(fields(3), [1, 2, 3])).status).toBe("SUCCEEDED");
    expect((await run(fields(2), [1, 2, 3])).status).toBe("FAILED");
  });

  it("keeps each item once and in order, and no batch above its limits, whatever the sizes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 30, unit: "grapheme" }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 300, max: 600 }),
        fc.option(fc.string({ maxLength: 10 }), { nil: undefined }),
        async (items, maxItems, maxBytes, common) => {
          const batchInput = common === undefined ? undefined : JSON.stringify({ common });
          const kept: Json[] = [];
          const batching = { maxItems, maxBytes, batchInput };
          for await (const { input, items: count } of toInputs(itemsOf(items), batching, "S")) {
            expect(Buffer.byteLength(input)).toBeLessThanOrEqual(maxBytes);
            const { Items, BatchInput } = JSON.parse(input);
            expect(BatchInput).toEqual(common === undefined ? undefined : { common });
            expect(Items).toHaveLength(count);
            expect(count).toBeLessThanOrEqual(maxItems);
            kept.push(...Items);
          }
          expect(kept).toEqual(items);
        },
      ),
    );
  });
});
