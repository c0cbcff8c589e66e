import { type CopiedLine, copiedLine, type SyncRequest } from "@darkroom/sync-workflow";
import { parseLinesOf } from "./json-lines.ts";
import { compareKeys } from "./key-order.ts";
import type { RunStore } from "./run-store.ts";

type Buckets = Pick<SyncRequest, "source" | "destination">;

/**
 * Where it is kept what syncs between two buckets copied whose copies have other ETags, in the order of
 * keys: not a run's own, since every run reads it and adds to it. Of two runs that end at once the last
 * wins. A line that got lost costs two HEADs, or a copy.
 */
export const copiedKey = ({ source, destination }: Buckets): string =>
  `manifests/${source}/${destination}/copied.jsonl`;

/** What was copied before, read from front to back; nothing is read before it is asked for. */
export interface CopiedBefore {
  /**
   * @param key not before that of the last call, in the order of keys
   * @returns undefined where there is none, and also once another run has replaced what is read
   */
  find(key: string): Promise<CopiedLine | undefined>;
}

export function copiedBefore(store: Pick<RunStore, "blocks">, buckets: Buckets): CopiedBefore {
  const lines = parseLinesOf(copiedLine, store.blocks(copiedKey(buckets)));
  let current: CopiedLine | undefined;
  let ended = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function advanceTo(key: string): Promise<CopiedLine | undefined> {
    while (!ended && (current === undefined || compareKeys(current.key, key) < 0)) {
      try {
        const next = await lines.next();
        ended = next.done === true;
        current = next.done === true ? undefined : next.value;
      } catch (error) {
        if (!(error instanceof Error && error.name === "PreconditionFailed")) throw error;
        ended = true;
        current = undefined;
      }
    }
    return current?.key === key ? current : undefined;
  }

  return {
    find(key) {
      const found = turn.then(() => advanceTo(key));
      // Whoever asked hears of a failure; the next in turn meets one of its own.
      turn = found.catch(() => undefined);
      return found;
    },
  };
}
