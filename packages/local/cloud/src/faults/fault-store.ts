import { openDatabase, transaction } from "../store/database.ts";
import { type Fault, type FaultRequest, faultRequest } from "./fault.ts";

const schema = `
CREATE TABLE IF NOT EXISTS faults (
  id INTEGER PRIMARY KEY AUTOINCREMENT, request TEXT NOT NULL, remaining INTEGER, added_at INTEGER NOT NULL
) STRICT;
`;

export interface FaultStore {
  /** @param nowMs epoch milliseconds */
  add(request: FaultRequest, nowMs: number): Fault;
  /** By id. */
  list(): Fault[];
  /** @returns whether it was there */
  remove(id: number): boolean;
  /** @returns how many there were */
  removeAll(): number;
  /** Whether some fault is for calls. */
  hasCalls(): boolean;
  /**
   * Takes the first fault, by id, that comes to a function or a call now. One with a number of times has one less on disk
   * when this returns: nobody else gets it, also not after a crash.
   */
  take(target: Pick<FaultRequest, "Function" | "Call">): Fault | undefined;
  close(): void;
}

/**
 * The faults of a data folder.
 * @param random in [0, 1): decides whether a fault with a rate comes
 */
export function openFaultStore(file: string, random: () => number): FaultStore {
  const database = openDatabase(file, schema);
  const insert = database.prepare(
    "INSERT INTO faults (request, remaining, added_at) VALUES (?, ?, ?)",
  );
  const update = database.prepare("UPDATE faults SET remaining = ? WHERE id = ?");
  const remove = database.prepare("DELETE FROM faults WHERE id = ?");
  const removeAll = database.prepare("DELETE FROM faults");

  /** All of them, in the order of their ids; what is on disk is the same. */
  const faults = new Map<number, Fault>();
  for (const row of database.prepare("SELECT * FROM faults ORDER BY id").all()) {
    const request = faultRequest.parse(JSON.parse(String(row.request)));
    const remaining = row.remaining === null ? undefined : Number(row.remaining);
    keep(toFault(Number(row.id), request, remaining, Number(row.added_at)));
  }

  function keep(one: Fault): Fault {
    faults.set(one.Id, one);
    return one;
  }

  function takeOnce(one: Fault): void {
    if (one.Remaining === undefined) return;
    const left = one.Remaining - 1;
    if (left === 0) {
      remove.run(one.Id);
      faults.delete(one.Id);
    } else {
      update.run(left, one.Id);
      keep({ ...one, Remaining: left });
    }
  }

  return {
    add(request, nowMs) {
      const { lastInsertRowid } = transaction(database, () =>
        insert.run(JSON.stringify(request), request.Times ?? null, nowMs),
      );
      return keep(toFault(Number(lastInsertRowid), request, request.Times, nowMs));
    },
    list: () => [...faults.values()],
    remove(id) {
      if (!faults.has(id)) return false;
      remove.run(id);
      return faults.delete(id);
    },
    removeAll() {
      const count = faults.size;
      removeAll.run();
      faults.clear();
      return count;
    },
    hasCalls: () => [...faults.values()].some(({ Call }) => Call !== undefined),
    take(target) {
      for (const one of faults.values()) {
        if (one.Function !== target.Function || one.Call !== target.Call) continue;
        if (one.Rate !== undefined && random() >= one.Rate) continue;
        takeOnce(one);
        return one;
      }
      return undefined;
    },
    close: () => database.close(),
  };
}

const toFault = (
  Id: number,
  request: FaultRequest,
  remaining: number | undefined,
  addedMs: number,
): Fault => ({
  Id,
  ...request,
  ...(remaining === undefined ? {} : { Remaining: remaining }),
  AddedAt: addedMs / 1000,
});
