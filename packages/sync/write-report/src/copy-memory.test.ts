import { compareKeys } from "@darkroom/run-files";
import type { CopiedLine, FateLine } from "@darkroom/sync-workflow";
import fc from "fast-check";
import { expect, test } from "vitest";
import { copyMemory } from "./copy-memory.ts";

/** What is remembered after a run with these fates, and how often something was opened. */
async function remember(before: readonly CopiedLine[], shards: readonly FateLine[][]) {
  let text = before.map((line) => `${JSON.stringify(line)}\n`).join("");
  let opened = 0;
  const memory = copyMemory(
    async function* () {
      opened += 1;
      const bytes = Buffer.from(text);
      // Blocks end anywhere, also within a character.
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    },
    () => {
      let written = "";
      return {
        write: async (more) => {
          written += more;
        },
        close: async () => {
          text = written;
        },
        abandon: async () => {},
      };
    },
  );
  for (const fates of shards) await memory.add(fates);
  await memory.close();
  const lines = text.split("\n").filter((line) => line !== "");
  return { opened, lines: lines.map((line): CopiedLine => JSON.parse(line)) };
}

const lineOf = (key: string, source: string): CopiedLine => ({
  key,
  size: 3,
  source,
  destination: "d",
});
const fateOf = (key: string, source?: string): FateLine => ({
  key,
  fate: "copied",
  bytes: 3,
  ...(source === undefined ? {} : { etags: { source, destination: "d" } }),
  at: "2026-01-01T00:00:00.000Z",
});

test("a run whose copies all have their sources' ETags reads and writes nothing", async () => {
  const before = [lineOf("a", "old")];
  expect(await remember(before, [[fateOf("a"), fateOf("b")]])).toEqual({
    opened: 0,
    lines: before,
  });
});

test("new lines come in among the old, in the order of keys, and take the place of those with their key", async () => {
  const keys = fc.uniqueArray(fc.string({ unit: "binary", minLength: 1, maxLength: 3 }), {
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(keys, keys, fc.integer({ min: 1, max: 5 }), async (old, fresh, shardSize) => {
      const sorted = (some: string[]) => some.toSorted(compareKeys);
      const fates = sorted(fresh).map((key) => fateOf(key, "new"));
      const shards = fates.flatMap((_, at) =>
        at % shardSize === 0 ? [fates.slice(at, at + shardSize)] : [],
      );
      const { lines } = await remember(
        sorted(old).map((key) => lineOf(key, "old")),
        shards,
      );
      expect(lines).toEqual(
        sorted([...new Set([...old, ...fresh])]).map((key) =>
          lineOf(key, fresh.includes(key) ? "new" : "old"),
        ),
      );
    }),
  );
});
