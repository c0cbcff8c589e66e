import { InvalidInputError } from "@darkroom/lambda";
import {
  type CopyLine,
  copyLine,
  type OrphanLine,
  orphanLine,
  type SyncRun,
} from "@darkroom/sync-workflow";
import type * as z from "zod";

/** A run's shards by what is to be done with their objects, and what a line of each says. */
export interface ShardLines {
  copy: CopyLine;
  orphans: OrphanLine;
}
export type ShardKind = keyof ShardLines;

export const shardLine: { readonly [Kind in ShardKind]: z.ZodType<ShardLines[Kind]> } = {
  copy: copyLine,
  orphans: orphanLine,
};

type Prefixed = Pick<SyncRun, "prefix">;

/** What the keys of a run's shards begin with. */
export const shardFolder = ({ prefix }: Prefixed, kind: ShardKind): string => `${prefix}${kind}/`;

/** @param number counts from 1; eight digits keep the order of keys that of numbers */
export const shardKey = (run: Prefixed, kind: ShardKind, number: number): string =>
  `${shardFolder(run, kind)}${String(number).padStart(8, "0")}.jsonl`;

/** What the keys of its shards' fates begin with. */
export const fatesFolder = ({ prefix }: Prefixed, kind: ShardKind): string =>
  `${prefix}fates/${kind}/`;

/**
 * Where the fates of a shard's objects are.
 * @throws {InvalidInputError} the key is none of a shard of this run and kind
 */
export function fatesKey(run: Prefixed, kind: ShardKind, shard: string): string {
  const folder = shardFolder(run, kind);
  const name = shard.slice(folder.length);
  if (!shard.startsWith(folder) || !/^[^/]+\.jsonl$/.test(name)) {
    throw new InvalidInputError(`shard: is no manifest under ${folder} (value: "${shard}")`);
  }
  return `${fatesFolder(run, kind)}${name}`;
}

export const reportLinesKey = ({ prefix }: Prefixed): string => `${prefix}report.jsonl`;
export const reportPageKey = ({ prefix }: Prefixed): string => `${prefix}report.html`;
/** Written last: who finds it finds all. */
export const summaryKey = ({ prefix }: Prefixed): string => `${prefix}summary.json`;
