import type { HistoryEvent, Journal } from "@darkroom/states";

/**
 * A journal that writes what all executions append within one turn of the event loop as one transaction:
 * the disk is synced once for hundreds of executions instead of once for each.
 */
export function groupCommitJournal(
  write: (batch: readonly { arn: string; events: readonly HistoryEvent[] }[]) => void,
): Journal & { close(): Promise<void> } {
  let closed = false;
  let pending: { arn: string; events: readonly HistoryEvent[] }[] = [];
  let commit: Promise<void> | undefined;

  function commitSoon(): Promise<void> {
    commit ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        const batch = pending;
        pending = [];
        commit = undefined;
        try {
          write(batch);
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    return commit;
  }

  return {
    append(arn, events) {
      // What comes after the close was not written, so its effect must never come: the next start resumes before it.
      if (closed) return new Promise<void>(() => {});
      pending.push({ arn, events });
      return commitSoon();
    },
    close: async () => {
      await commit;
      closed = true;
    },
  };
}
