import { expect, test } from "vitest";
import { noFates, type RunProgress } from "./run-progress.ts";
import { tellRun } from "./tell-run.ts";
import { listingOf } from "./testing/listing.ts";

const progress: RunProgress = {
  phase: "copying",
  listing: listingOf({ listed: 10_000, differing: 4000 }),
  fates: { ...noFates, copied: 1500, failed: 2, bytes: 31_000_000 },
  phaseSince: 1000,
};

test("while objects are copied it tells how fast and how long it will take", () => {
  expect(tellRun(progress, 5000)).toBe(
    "copying · 10,000 listed, 4,000 differ · 1,500 copied, 2 failed · 31.0 MB · 376 objects/s · 7 s left",
  );
});

test("before anything is known it tells the phase alone", () => {
  const begun = { ...progress, phase: "starting" as const, listing: undefined, fates: noFates };
  expect(tellRun(begun, 5000)).toBe("starting");
});

test("while the listing goes on there is no time left to tell", () => {
  expect(tellRun({ ...progress, phase: "listing", fates: noFates }, 5000)).toBe(
    "listing · 10,000 listed, 4,000 differ",
  );
});

test("what was deleted is told, once something was", () => {
  const fates = { ...progress.fates, deleted: 7 };
  expect(tellRun({ ...progress, phase: "deleting orphans", fates }, 5000)).toBe(
    "deleting orphans · 10,000 listed, 4,000 differ · 1,500 copied, 7 deleted, 2 failed · 31.0 MB",
  );
});
