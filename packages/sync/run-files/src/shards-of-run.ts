import { type FateLine, fateLine, type SyncRun } from "@darkroom/sync-workflow";
import { parseLines } from "./json-lines.ts";
import { fatesKey, type ShardKind, type ShardLines, shardFolder, shardLine } from "./run-layout.ts";
import type { RunStore } from "./run-store.ts";

/** At 500 lines a shard and some 200 bytes a line this holds 2 MB. */
const readAhead = 16;

type Reading = Pick<RunStore, "get" | "keysAfter">;

/** The lines of a shard, and of what became of its objects; undefined before anybody wrote that. */
export interface ShardFates<Line> {
  readonly shard: string;
  readonly fates: readonly FateLine[] | undefined;
  /** Reads the shard itself. */
  lines(): Promise<Line[]>;
}

/** What became of a run's objects, shard by shard in order, in bounded memory. */
export async function* fatesOfRun<Kind extends ShardKind>(
  store: Reading,
  run: Pick<SyncRun, "prefix">,
  kind: Kind,
): AsyncGenerator<ShardFates<ShardLines[Kind]>> {
  const keys = store.keysAfter(shardFolder(run, kind), "");
  yield* inOrder(keys, async (shard) => {
    const text = await store.get(fatesKey(run, kind, shard));
    return {
      shard,
      fates: text === undefined ? undefined : parseLines(fateLine, text),
      lines: () => linesOf(store, kind, shard),
    };
  });
}

/** What a run is to copy or delete, shard by shard in order, in bounded memory. */
export async function* shardsOfRun<Kind extends ShardKind>(
  store: Reading,
  run: Pick<SyncRun, "prefix">,
  kind: Kind,
): AsyncGenerator<ShardLines[Kind][]> {
  const keys = store.keysAfter(shardFolder(run, kind), "");
  yield* inOrder(keys, (shard) => linesOf(store, kind, shard));
}

async function linesOf<Kind extends ShardKind>(
  store: Reading,
  kind: Kind,
  shard: string,
): Promise<ShardLines[Kind][]> {
  return parseLines(shardLine[kind], (await store.get(shard)) ?? "");
}

/** Reads some ahead, and gives them in the order of their keys. */
async function* inOrder<T>(
  keys: AsyncIterable<string>,
  read: (key: string) => Promise<T>,
): AsyncGenerator<T> {
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
