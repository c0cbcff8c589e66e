import {
  formatLines,
  type RunStore,
  type ShardKind,
  type ShardLines,
  shardKey,
} from "@darkroom/run-files";
import type { SyncRun } from "@darkroom/sync-workflow";

/** Few enough that one call of copy-objects is well done with them, many enough that a million are 2,000 children. */
const shardLines = 500;

export interface ShardWriter<Line> {
  /** Shards that were begun, those of earlier calls among them. */
  readonly shards: number;
  /** Waits only when a shard is full and the one before isn't written yet. */
  write(line: Line): Promise<void> | undefined;
  /** Writes what is left, and waits until everything is stored. */
  end(): Promise<void>;
}

/**
 * Writes lines into shards of JSON lines. At most two shards are in memory: one that fills, and one that
 * is on its way.
 * @param shards how many there are already
 */
export function shardWriter<Kind extends ShardKind>(
  store: Pick<RunStore, "put">,
  run: Pick<SyncRun, "prefix">,
  kind: Kind,
  shards: number,
): ShardWriter<ShardLines[Kind]> {
  let lines: ShardLines[Kind][] = [];
  let onItsWay: Promise<void> = Promise.resolve();
  let count = shards;

  /** @returns when the shard before it is stored */
  function send(): Promise<void> {
    const text = formatLines(lines);
    lines = [];
    count += 1;
    const key = shardKey(run, kind, count);
    const before = onItsWay;
    onItsWay = before.then(() => store.put(key, text));
    // `end` or the next shard hears of a failure; until then it must not count as unheard.
    onItsWay.catch(() => {});
    return before;
  }

  return {
    get shards() {
      return count;
    },
    write(line) {
      lines.push(line);
      return lines.length < shardLines ? undefined : send();
    },
    async end() {
      if (lines.length > 0) await send();
      await onItsWay;
    },
  };
}
