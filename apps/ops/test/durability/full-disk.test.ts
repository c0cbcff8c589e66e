import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openWork, quiet } from "./open-work.ts";
import { goodPhotos, ownDarkroom } from "./own-darkroom.ts";
import { sha256 } from "./varied-files.ts";
import { verifyFolder } from "./verify-folder.ts";

const disk = mountSmallDisk();
afterAll(() => {
  if (disk === undefined) return;
  // Lazily: functions of a process that was killed may take a moment to go.
  execFileSync("/bin/umount", ["--lazy", disk]);
  rmdirSync(disk);
});

/** 64 MB of memory as a file system of its own; undefined where this process may not mount one. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-disk-"));
  try {
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], {
      stdio: "ignore",
    });
    return folder;
  } catch {
    rmdirSync(folder);
    console.log("full disk: skipped, since mounting a small disk needs root");
    return undefined;
  }
}

/** Takes all the space that is left. @returns how to give it back */
function fillUp(folder: string): () => void {
  const file = join(folder, "filler");
  const descriptor = openSync(file, "w");
  for (let size = 1 << 20; size >= 4096; size /= 2) {
    try {
      for (;;) if (writeSync(descriptor, Buffer.alloc(size)) < size) break;
    } catch {
      // No space for so much: what is smaller may fit.
    }
  }
  closeSync(descriptor);
  return () => rmSync(file);
}

describe.skipIf(disk === undefined)("a full disk", () => {
  test("refuses uploads by name, keeps the process up, and once there is space all that was acknowledged goes on", {
    timeout: 240_000,
  }, async () => {
    await using darkroom = await ownDarkroom({ dataDirectory: disk ?? "" });
    await darkroom.process.start();
    await darkroom.shortenVisibility();
    const photos = await goodPhotos(70, 4);
    const [before, during, after] = [photos.slice(0, 4), photos.slice(4, 60), photos.slice(60)];
    await Promise.all(before.map(darkroom.put));
    await darkroom.ends(before.map(({ key }) => key));
    const { pid } = darkroom.process;

    // So the disk fills while there is work in every queue.
    const acknowledged = new Set(before);
    const refused: unknown[] = [];
    const putAll = (some: typeof photos) =>
      Promise.all(
        some.map((photo) =>
          darkroom.put(photo).then(
            () => acknowledged.add(photo),
            (error: unknown) => refused.push(error),
          ),
        ),
      );
    await putAll(during.slice(0, 40));
    const makeSpace = fillUp(disk ?? "");
    await putAll(during.slice(40));
    await new Promise((resolve) => setTimeout(resolve, 4000));

    expect(darkroom.process.pid).toBe(pid);
    expect(refused.length).toBeGreaterThan(0);
    for (const error of refused) {
      expect(error).toMatchObject({
        message: expect.stringMatching(/disk/),
        $metadata: { httpStatusCode: expect.toSatisfy((status: number) => status >= 500) },
      });
    }
    expect(openWork(darkroom.dataFolder).size).toBeGreaterThan(0);

    makeSpace();
    await putAll(after);

    const keys = [...acknowledged].map(({ key }) => key);
    expect(keys.length).toBeGreaterThanOrEqual(before.length + after.length);
    const rows = await darkroom.ends(keys, 90_000);
    for (const { key, sha256: wanted } of acknowledged) {
      expect(rows.get(key)?.status).toBe("READY");
      expect(sha256(await darkroom.get(key))).toBe(wanted);
    }
    await quiet(darkroom.dataFolder, 60_000);
    expect(await darkroom.process.stop("SIGINT")).toBe(0);
    expect(verifyFolder(darkroom.dataFolder)).toEqual([]);
  });
});
