import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { createLogSync } from "./log-sync.ts";

test("calls that come while a sync runs share the next one", async () => {
  const file = join(temporaryFolder(), "log");
  writeFileSync(file, "first");
  const log = createLogSync(file);

  const running = log.sync();
  appendFileSync(file, "second");
  const second = log.sync();
  const third = log.sync();

  expect(second).not.toBe(running);
  expect(third).toBe(second);
  await Promise.all([running, second]);
  await log.close();
});

test("after a failure every call fails: what reached the disk is not known", async () => {
  const file = join(temporaryFolder(), "log");
  const log = createLogSync(file);

  await expect(log.sync()).rejects.toThrow("ENOENT");
  writeFileSync(file, "there now");
  await expect(log.sync()).rejects.toThrow("ENOENT");
  await log.close();
});
