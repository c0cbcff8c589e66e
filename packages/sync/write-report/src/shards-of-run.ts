import { parseJson } from "@darkroom/lambda";
import {
  type CopyLine,
  copyLine,
  type FateLine,
  fateLine,
  type OrphanLine,
  orphanLine,
} from "@darkroom/sync-workflow";
import type * as z from "zod";
import type { RunFiles } from "./run-files.ts";

/** At 500 lines a shard and some 200 bytes a line this holds 2 MB. */
const readAhead = 16;

const manifestLine = { copy: copyLine, orphans: orphanLine };
type Kind = keyof typeof manifestLine;

/**
 * The fate of each object in a run's shards, shard by shard. Where a shard's task failed before it could
 * write any, each of its objects has failed.
 * @param prefix of the run
 * @param now of the fates that nobody wrote
 */
export async function* fatesOf(
  files: RunFiles,
  prefix: string,
  kind: Kind,
  now: Date,
): AsyncIterable<FateLine[]> {
  const folder = `${prefix}${kind}/`;
  yield* inOrder(files.keysUnder(folder), async (shard) => {
    const fates = await files.read(`${prefix}fates/${kind}/${shard.slice(folder.length)}`);
    if (fates !== undefined) return linesOf(fates, fateLine);
    const lines = linesOf((await files.read(shard)) ?? "", manifestLine[kind]);
    return lines.map(
      ({ key }): FateLine => ({
        key,
        fate: "failed",
        bytes: 0,
        error: "NoFate",
        message: `the task of ${shard} failed before it wrote what became of its objects: see the Map Run`,
        at: now.toISOString(),
      }),
    );
  });
}

/** What a run would copy or delete, shard by shard. */
export function manifestOf(
  files: RunFiles,
  prefix: string,
  kind: "copy",
): AsyncIterable<CopyLine[]>;
export function manifestOf(
  files: RunFiles,
  prefix: string,
  kind: "orphans",
): AsyncIterable<OrphanLine[]>;
export async function* manifestOf(
  files: RunFiles,
  prefix: string,
  kind: Kind,
): AsyncIterable<(CopyLine | OrphanLine)[]> {
  yield* inOrder(files.keysUnder(`${prefix}${kind}/`), async (shard) =>
    linesOf<CopyLine | OrphanLine>((await files.read(shard)) ?? "", manifestLine[kind]),
  );
}

function linesOf<T>(text: string, schema: z.ZodType<T>): T[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => parseJson(schema, line));
}

/** Reads some ahead, and gives them in the order of their keys. */
async function* inOrder<T>(
  keys: AsyncIterable<string>,
  read: (key: string) => Promise<T>,
): AsyncIterable<T> {
  const ahead: Promise<T>[] = [];
  for await (const key of keys) {
    const reading = read(key);
    // A failure is met when its turn comes; until then it is nobody's.
    reading.catch(() => undefined);
    ahead.push(reading);
    const first = ahead.length >= readAhead ? ahead.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const reading of ahead) yield await reading;
}
