import { expect, test } from "vitest";
import type { OutboxEntry, OutboxStore } from "../store/outbox-store.ts";
import { createDelivery } from "./delivery.ts";

/** An outbox in memory, a clock that stands still until it is told, and a target that can be made to fail. */
function setUp(options: { fails?: (entry: OutboxEntry) => boolean } = {}) {
  const entries: OutboxEntry[] = [];
  const timers: { atMs: number; callback: () => void }[] = [];
  const sent: string[] = [];
  const faults: unknown[] = [];
  let nowMs = 0;
  let active = 0;
  let mostActive = 0;
  let fails = options.fails ?? (() => false);
  const outbox: OutboxStore = {
    add: (entry) => entries.push({ ...entry, id: (entries.at(-1)?.id ?? 0) + 1 }),
    targets: () => [...new Set(entries.map(({ target }) => target))],
    after: (target, id, limit) =>
      entries.filter((entry) => entry.target === target && entry.id > id).slice(0, limit),
    remove(id) {
      entries.splice(
        entries.findIndex((entry) => entry.id === id),
        1,
      );
    },
  };
  const delivery = createDelivery({
    outbox,
    clock: {
      now: () => nowMs,
      setTimer(atMs, callback) {
        const timer = { atMs, callback };
        timers.push(timer);
        return () => timers.splice(timers.indexOf(timer), 1);
      },
    },
    onFault: (error) => faults.push(error),
    async send(entry) {
      active++;
      mostActive = Math.max(mostActive, active);
      await new Promise(setImmediate);
      active--;
      if (fails(entry)) throw new Error(`no ${entry.key}`);
      sent.push(entry.body);
    },
    forget: async ({ id }) => outbox.remove(id),
  });
  return {
    delivery,
    entries,
    sent,
    faults,
    timers,
    mostActive: () => mostActive,
    add(target: string, key: string, body: string) {
      outbox.add({ target, bucket: "b", key, body });
    },
    repair() {
      fails = () => false;
    },
    advance(milliseconds: number) {
      nowMs += milliseconds;
      for (const timer of timers.filter(({ atMs }) => atMs <= nowMs)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.callback();
      }
    },
  };
}

test("all that is in the outbox arrives and is forgotten, in the order of each key", async () => {
  const { delivery, add, sent, entries } = setUp();
  for (let i = 0; i < 600; i++) add("q", `k${i % 3}`, `k${i % 3} ${String(i).padStart(3, "0")}`);

  delivery.wake("q");

  await expect.poll(() => sent.length).toBe(600);
  await delivery.close();
  expect(entries).toEqual([]);
  for (const key of ["k0", "k1", "k2"]) {
    const own = sent.filter((body) => body.startsWith(key));
    expect(own).toEqual([...own].sort());
  }
});

test("no more than eight are under way at once", async () => {
  const { delivery, add, sent, mostActive } = setUp();
  for (let i = 0; i < 50; i++) add("q", `k${i}`, "x");

  delivery.wake("q");

  await expect.poll(() => sent.length).toBe(50);
  expect(mostActive()).toBe(8);
  await delivery.close();
});

test("what fails is tried again, ever later, and in order; the fault is told once", async () => {
  const { delivery, add, sent, faults, timers, advance, repair } = setUp({ fails: () => true });
  add("q", "k", "1");
  add("q", "k", "2");
  delivery.wake("q");

  const waits = [];
  for (let attempt = 0; attempt < 10; attempt++) {
    await expect.poll(() => timers.length).toBe(1);
    const before = timers[0]?.atMs ?? 0;
    waits.push(before);
    advance(30_000);
  }
  await expect.poll(() => timers.length).toBe(1);
  expect(sent).toEqual([]);
  expect(faults).toHaveLength(1);

  repair();
  advance(30_000);
  await expect.poll(() => sent).toEqual(["1", "2"]);
  await delivery.close();
});

test("a key that fails holds up no other, nor does a target", async () => {
  const { delivery, add, sent, entries } = setUp({
    fails: ({ target, key }) => target === "dead" || key === "poison",
  });
  for (let i = 0; i < 300; i++) add("dead", `k${i}`, "never");
  add("q", "poison", "never");
  add("q", "k", "arrives");

  delivery.wake("dead");
  delivery.wake("q");

  await expect.poll(() => sent).toEqual(["arrives"]);
  await delivery.close();
  expect(entries).toHaveLength(301);
});

test("after the close no timer is left and what has not arrived is still there", async () => {
  const { delivery, add, entries, timers } = setUp({ fails: () => true });
  add("q", "k", "1");
  delivery.wake("q");
  await expect.poll(() => timers.length).toBe(1);

  await delivery.close();

  expect(timers).toEqual([]);
  expect(entries).toHaveLength(1);
});
