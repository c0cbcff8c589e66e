import { expect, test } from "vitest";
import { sharedSync } from "./shared-sync.ts";

/** Syncs that end when they are told to, in the order in which they began. */
function syncsByHand() {
  const begun: PromiseWithResolvers<void>[] = [];
  const sync = sharedSync(() => {
    const one = Promise.withResolvers<void>();
    begun.push(one);
    return one.promise;
  });
  return { begun, sync };
}

const aTurn = () => new Promise((resolve) => setImmediate(resolve));

test("who asks in the same turn shares a sync", async () => {
  const { begun, sync } = syncsByHand();

  const all = Promise.all([sync(), sync(), sync()]);
  await aTurn();
  begun[0]?.resolve();
  await all;

  expect(begun).toHaveLength(1);
});

test("who asks while one is under way waits for the next, which begins when that has ended", async () => {
  const { begun, sync } = syncsByHand();
  const first = sync();
  await aTurn();

  let told = 0;
  const later = [sync(), sync()].map((one) => one.then(() => (told += 1)));
  await aTurn();
  expect(begun).toHaveLength(1);

  begun[0]?.resolve();
  await first;
  await aTurn();
  expect({ begun: begun.length, told }).toEqual({ begun: 2, told: 0 });

  begun[1]?.resolve();
  await Promise.all(later);
  expect(begun).toHaveLength(2);
});

test("one that fails fails for those who share it alone", async () => {
  const { begun, sync } = syncsByHand();
  const first = sync();
  const same = sync();
  await aTurn();
  const second = sync();

  begun[0]?.reject(new Error("EIO"));
  await expect(first).rejects.toThrow("EIO");
  await expect(same).rejects.toThrow("EIO");
  await aTurn();
  begun[1]?.resolve();

  await second;
});
