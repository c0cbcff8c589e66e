import { ObjectNotFoundError, parse } from "@darkroom/lambda";
import { type FateLine, fateLine, type SyncRun } from "@darkroom/sync-workflow";
import { markFailures } from "./copy-failures.ts";
import { formatLines, parseLines } from "./json-lines.ts";
import { fatesKey, type ShardKind, type ShardLines, shardLine } from "./run-layout.ts";
import type { RunStore } from "./run-store.ts";

/** A shard, and what became of its objects. */
export interface ShardFiles<Line> {
  /** @throws {ObjectNotFoundError} there is no such shard */
  readShard(): Promise<Line[]>;
  /** @returns nothing before the first time that fates were written */
  readFates(): Promise<FateLine[]>;
  /** Replaces what was there. Failures of copies are marked, for `isAllCopied`. */
  writeFates(fates: readonly FateLine[]): Promise<void>;
}

const isFailure = ({ fate }: FateLine): boolean => fate === "failed";

/**
 * @param shard its key
 * @throws {InvalidInputError} it is none of a shard of this run and kind
 */
export function shardFiles<Kind extends ShardKind>(
  store: Pick<RunStore, "get" | "put" | "delete" | "locationOf">,
  run: SyncRun,
  kind: Kind,
  shard: string,
): ShardFiles<ShardLines[Kind]> {
  const fates = fatesKey(run, kind, shard);
  let hadFailures = false;
  return {
    async readShard() {
      const text = await store.get(shard);
      if (text === undefined) {
        throw new ObjectNotFoundError(`${store.locationOf(shard)} does not exist`);
      }
      return parseLines(shardLine[kind], text);
    },
    async readFates() {
      const lines = parseLines(fateLine, (await store.get(fates)) ?? "");
      hadFailures = lines.some(isFailure);
      return lines;
    },
    async writeFates(lines) {
      const are = { now: lines.some(isFailure), before: hadFailures };
      // First the mark of a failure, and last its removal: what is failed is never without one.
      if (kind === "copy" && are.now) await markFailures(store, run, shard, are);
      await store.put(fates, formatLines(lines.map((line) => parse(fateLine, line))));
      if (kind === "copy" && !are.now) await markFailures(store, run, shard, are);
    },
  };
}
