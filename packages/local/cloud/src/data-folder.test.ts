import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
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

test("a folder that others could read is closed to them", () => {
  const path = freshFolder();
  mkdirSync(path);
  chmodSync(path, 0o755);
  openDataFolder(path).release();

  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test("a link stands for the folder that it leads to, which is one place by whatever name", () => {
  const path = freshFolder();
  mkdirSync(path);
  const link = `${path}-link`;
  symlinkSync(path, link);
  const folder = openDataFolder(link);

  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(() => openDataFolder(path)).toThrow(/in use by another Darkroom/);
  folder.release();
});

/** Only root may give files away. */
const isRoot = process.getuid?.() === 0;

test.runIf(isRoot)("a folder or a link of another user is refused, and left as it is", () => {
  const path = freshFolder();
  mkdirSync(path);
  chmodSync(path, 0o755);
  symlinkSync(path, `${path}-link`);
  lchownSync(`${path}-link`, 12_345, 12_345);
  expect(() => openDataFolder(`${path}-link`)).toThrow(/belongs to another user/);
  chownSync(path, 12_345, 12_345);
  expect(() => openDataFolder(path)).toThrow(/belongs to another user/);

  expect(statSync(path).mode & 0o777).toBe(0o755);
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
