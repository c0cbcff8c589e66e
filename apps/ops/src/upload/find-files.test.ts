import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findFiles } from "./find-files.ts";

let root: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "find-files-")));
});
afterEach(() => rm(root, { recursive: true }));

async function make(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(root, name, ".."), { recursive: true });
    await writeFile(join(root, name), name);
  }
}

test("a folder is taken with all that is below it, by name, without what is hidden", async () => {
  await make("trip/b.jpg", "trip/a/1.jpg", "trip/.DS_Store", "trip/.cache/x.jpg", "trip/c d.txt");

  const { files, skipped } = await findFiles([join(root, "trip")]);

  expect(files).toEqual(
    ["a/1.jpg", "b.jpg", "c d.txt"].map((name) => ({
      shown: join(root, "trip", name),
      path: join(root, "trip", name),
      folder: "trip",
      name,
    })),
  );
  expect(skipped).toEqual([]);
});

test("numbers in names are counted", async () => {
  await make("trip/10.jpg", "trip/9.jpg");

  const { files } = await findFiles([join(root, "trip")]);

  expect(files.map(({ name }) => name)).toEqual(["9.jpg", "10.jpg"]);
});

test("a file has the name of the folder that it is in", async () => {
  await make("trip/a/1.jpg");

  const { files } = await findFiles([join(root, "trip/a/1.jpg")]);

  expect(files).toMatchObject([{ folder: "a", name: "1.jpg" }]);
});

test("a hidden file that is named is meant", async () => {
  await make(".secret.jpg");

  expect((await findFiles([join(root, ".secret.jpg")])).files).toHaveLength(1);
});

test("a file that is named twice comes once", async () => {
  await make("trip/a.jpg");

  const { files } = await findFiles([join(root, "trip"), join(root, "trip/a.jpg")]);

  expect(files).toHaveLength(1);
});

test("links to files count, links to folders and broken ones are told", async () => {
  await make("trip/a.jpg", "other/b.jpg");
  await symlink(join(root, "other/b.jpg"), join(root, "trip/link.jpg"));
  await symlink(join(root, "trip"), join(root, "trip/round"));
  await symlink(join(root, "nothing"), join(root, "trip/broken.jpg"));

  const { files, skipped } = await findFiles([join(root, "trip")]);

  expect(files.map(({ name, path }) => [name, path])).toEqual([
    ["a.jpg", join(root, "trip/a.jpg")],
    ["link.jpg", join(root, "other/b.jpg")],
  ]);
  expect(skipped).toEqual([join(root, "trip/broken.jpg"), join(root, "trip/round")]);
});

test("a folder that is given by a link is followed", async () => {
  await make("trip/a.jpg");
  await symlink(join(root, "trip"), join(root, "latest"));

  const { files } = await findFiles([join(root, "latest")]);

  expect(files).toMatchObject([{ shown: join(root, "latest/a.jpg"), folder: "trip" }]);
});

test("a path that isn't there is bad usage and names it", async () => {
  await expect(findFiles([join(root, "nowhere")])).rejects.toThrow(
    expect.objectContaining({
      exitCode: 2,
      message: `There is no file or folder ${join(root, "nowhere")}`,
    }),
  );
});

test("an empty folder is bad usage, a folder of hidden files too", async () => {
  await make("empty/.hidden");

  await expect(findFiles([join(root, "empty")])).rejects.toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining("no file in") }),
  );
});
