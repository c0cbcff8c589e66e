import { expect, test } from "vitest";
import { runNameAt } from "./start-run.ts";

test("a run's name tells when it was started, and is one that an execution may have", () => {
  const name = runNameAt(new Date("2026-01-02T03:04:05.678Z"), "1a2b3c4d");

  expect(name).toBe("sync-20260102T030405-1a2b3c4d");
  expect(name).toMatch(/^[\w-]{1,80}$/);
});

test("two runs that are started in the same second have names of their own", () => {
  const now = new Date();
  expect(runNameAt(now)).not.toBe(runNameAt(now));
});
