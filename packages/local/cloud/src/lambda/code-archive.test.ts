import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterEach, expect, test } from "vitest";
import { removeOtherCode, unpackArchive } from "./code-archive.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function setUp(entries: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-code-"));
  folders.push(folder);
  const archive = join(folder, "lambda.zip");
  const files = Object.entries(entries).map(([name, text]) => [name, strToU8(text)]);
  writeFileSync(archive, zipSync(Object.fromEntries(files)));
  return { folder, archive, codeFolder: join(folder, "code") };
}

test("an archive is unpacked into a folder of its own, with its folders", () => {
  const { archive, codeFolder } = setUp({ "index.cjs": "1", "lib/a/b.js": "2" });

  const code = unpackArchive(archive, codeFolder);

  expect(readFileSync(join(code.folder, "index.cjs"), "utf8")).toBe("1");
  expect(readFileSync(join(code.folder, "lib/a/b.js"), "utf8")).toBe("2");
  expect(code.sha256).toMatch(/^[A-Za-z0-9+/]{43}=$/);
});

test("the same archive is unpacked once, and what is not used any more is removed", () => {
  const { archive, codeFolder } = setUp({ "index.cjs": "1" });
  const code = unpackArchive(archive, codeFolder);
  writeFileSync(join(code.folder, "trace"), "");

  expect(unpackArchive(archive, codeFolder)).toEqual(code);
  expect(existsSync(join(code.folder, "trace"))).toBe(true);
  removeOtherCode(codeFolder, []);

  expect(readdirSync(codeFolder)).toEqual([]);
});

test.each(["../outside.js", "/etc/outside.js", "a/../../outside.js", "a\\outside.js"])(
  "a path that leaves the folder, %s, is refused",
  (name) => {
    const { archive, codeFolder, folder } = setUp({ "index.cjs": "1", [name]: "2" });

    expect(() => unpackArchive(archive, codeFolder)).toThrow(/leaves its folder/);
    expect(readdirSync(folder)).toEqual(["lambda.zip"]);
  },
);

test("an archive that unpacks to more than Lambda takes is refused before it is unpacked", () => {
  const { archive, codeFolder } = setUp({ "index.cjs": "1" });
  const zip = readFileSync(archive);
  // The size that the central directory tells.
  zip.writeUInt32LE(300 * 1024 * 1024, zip.lastIndexOf("PK\x01\x02") + 24);
  writeFileSync(archive, zip);

  expect(() => unpackArchive(archive, codeFolder)).toThrow(/larger than Lambda takes/);
});

test("an archive that was not built is named", () => {
  expect(() => unpackArchive("/nowhere/lambda.zip", "/nowhere")).toThrow(
    "The function's archive /nowhere/lambda.zip can't be read; was it built?",
  );
});
