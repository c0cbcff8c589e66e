import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openDataFolder } from "./data-folder.ts";

const freshFolder = () => join(mkdtempSync(join(tmpdir(), "data-folder-")), "data");
const module = fileURLToPath(new URL("./data-folder.ts", import.meta.url));

test("a data folder is made for its owner alone", () => {
  const folder = openDataFolder(freshFolder());
  expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  folder.release();
});

test("two processes never have the same one, and it is free again once the first is killed", async () => {
  const path = freshFolder();
  const holder = spawn(process.execPath, [
    "-e",
    `import(${JSON.stringify(module)}).then((m) => {
      m.openDataFolder(${JSON.stringify(path)});
      console.log("locked");
      setInterval(() => {}, 1000);
    })`,
  ]);
  await once(holder.stdout, "data");

  expect(() => openDataFolder(path)).toThrow(/^The data folder .* is in use by another Darkroom/);

  holder.kill("SIGKILL");
  await once(holder, "exit");
  openDataFolder(path).release();
});

test("what can't be a folder is one clear line", () => {
  const file = freshFolder().replace(/data$/, "file");
  writeFileSync(file, "");
  expect(() => openDataFolder(join(file, "data"))).toThrow(/^The data folder .* can't be written/);
});

test.runIf(process.platform === "linux")("nor can a folder be where the system has none", () => {
  expect(() => openDataFolder("/proc/darkroom/data")).toThrow(/can't be written/);
});

test("a folder is released by hand too", () => {
  const path = freshFolder();
  openDataFolder(path).release();
  const script = `import(${JSON.stringify(module)}).then((m) => m.openDataFolder(${JSON.stringify(path)}).release())`;
  execFileSync(process.execPath, ["-e", script]);
});
