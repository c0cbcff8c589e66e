import { expect, test } from "vitest";
import { reconcile } from "./reconcile.ts";
import { mostTold, tellReport } from "./tell-report.ts";
import { arnOf, FakePlace, idOf } from "./testing/fake-place.ts";

/** What is logged, each line as its level, its message and what stands on it. */
function recorder() {
  const lines: [string, string, Record<string, unknown>][] = [];
  const at =
    (level: string) =>
    (message: unknown, more: unknown): void =>
      void lines.push([level, String(message), more as Record<string, unknown>]);
  return { lines, logger: { info: at("info"), warn: at("warn") } as never };
}

test("each finding is a line that says which photo and why, and the last one has the figures", async () => {
  const place = new FakePlace();
  const key = "Incoming/ann/a/1.jpg";
  place.put(key);
  place.row(key, { status: "FAILED", errReason: "too odd" });
  place.put("Incoming/ann/a/2.jpg");
  const { lines, logger } = recorder();

  const figures = tellReport(await reconcile(place.ports), logger);

  expect(lines).toEqual([
    [
      "warn",
      "A photo failed",
      {
        problem: "failed",
        key,
        imageID: idOf(key),
        reason: "too odd",
        status: "FAILED",
        executionArn: arnOf(key),
      },
    ],
    [
      "warn",
      "A photo is missing: its version has no row",
      expect.objectContaining({ problem: "missing", key: "Incoming/ann/a/2.jpg", status: null }),
    ],
    ["warn", "Some photos are not as they should be", figures],
  ]);
  expect(figures).toMatchObject({ ok: false, objects: 2, rows: 1, counts: { missing: 1 } });
});

test("of many of a kind the first are told, and all are counted", async () => {
  const place = new FakePlace();
  for (let count = 0; count < 50; count += 1) place.put(`Incoming/ann/a/${count}.jpg`);
  const { lines, logger } = recorder();

  const report = await reconcile({ ...place.ports, mostKept: mostTold });

  expect(tellReport(report, logger).counts.missing).toBe(50);
  expect(lines).toHaveLength(mostTold + 1);
});

test("when all is well there is one quiet line", async () => {
  const { lines, logger } = recorder();
  tellReport(await reconcile(new FakePlace().ports), logger);
  expect(lines).toEqual([
    ["info", "Every photo is accounted for", expect.objectContaining({ ok: true, objects: 0 })],
  ]);
});
