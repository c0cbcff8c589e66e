import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, expect, test } from "vitest";
import { zipLayer } from "./zip-layer.ts";

const work = mkdtempSync(join(tmpdir(), "zip-layer-"));
afterAll(() => rmSync(work, { recursive: true }));

function layer(name: string, files: readonly string[]): string {
  const folder = join(work, name);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), file);
  }
  return folder;
}

test("packages come under nodejs/node_modules, without what the installer keeps for itself", () => {
  const folder = layer("whole", [
    "package.json",
    "node_modules/.bin/semver",
    "node_modules/.modules.yaml",
    "node_modules/sharp/lib/index.js",
    "node_modules/@img/sharp-linux-arm64/lib/sharp.node",
  ]);
  expect(Object.keys(unzipSync(zipLayer(folder)))).toEqual([
    "nodejs/node_modules/@img/sharp-linux-arm64/lib/sharp.node",
    "nodejs/node_modules/sharp/lib/index.js",
  ]);
});

test("the same files give the same bytes, whenever and in whichever order they were written", () => {
  const one = layer("one", ["node_modules/a/x.js", "node_modules/b/y.js"]);
  const other = layer("other", ["node_modules/b/y.js", "node_modules/a/x.js"]);
  utimesSync(join(other, "node_modules/a/x.js"), 1, 1);
  expect(Buffer.from(zipLayer(one)).equals(zipLayer(other))).toBe(true);
});
