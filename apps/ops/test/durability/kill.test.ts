import { expect, test } from "vitest";
import { killRound } from "./kill-round.ts";

test("kill -9 during uploads and again during processing loses nothing that was acknowledged, and does nothing twice", async () => {
  const result = await killRound({ round: 8, photos: 20, seed: 3, quietMs: 40_000 });

  expect(result.violations).toEqual([]);
  expect(result.kills).toBe(2);
  expect(result.acknowledged).toBeGreaterThanOrEqual(18);
}, 90_000);
