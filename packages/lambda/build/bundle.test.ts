import { mkdir, mkdtemp, readFile, utimes, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { bundleLambda } from "./bundle.ts";

async function lambdaPackage(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bundle-lambda-"));
  await mkdir(join(folder, "src"));
  await writeFile(join(folder, "package.json"), '{"type": "module"}');
  await writeFile(join(folder, "src/handler.ts"), source);
  return folder;
}

const source = `
class OddError extends Error { override readonly name = "OddError"; }
export const handler = async (fails: boolean) => { if (fails) throw new OddError("odd"); return "done"; };
`;

test("the same source gives the same archive, whenever and wherever it is built", async () => {
  const [here, there] = [await lambdaPackage(source), await lambdaPackage(source)];
  await utimes(join(there, "src/handler.ts"), 1, 1);

  await bundleLambda(here);
  await bundleLambda(there);

  const archives = await Promise.all(
    [here, there].map((folder) => readFile(join(folder, "dist/lambda.zip"))),
  );
  expect(archives[0]).toEqual(archives[1]);
});

test("the archive holds the bundle and nothing else", async () => {
  const folder = await lambdaPackage(source);

  const sizes = await bundleLambda(folder);

  const archive = await readFile(join(folder, "dist/lambda.zip"));
  const bundle = await readFile(join(folder, "dist/index.cjs"));
  expect(Object.keys(unzipSync(archive))).toEqual(["index.cjs"]);
  expect(Buffer.from(unzipSync(archive)["index.cjs"] ?? [])).toEqual(bundle);
  expect(sizes).toEqual({ bundle: bundle.byteLength, archive: archive.byteLength });
});

test("the bundle exports handler, and its errors keep their names through minification", async () => {
  const folder = await lambdaPackage(source);

  await bundleLambda(folder);

  const { handler } = createRequire(import.meta.url)(join(folder, "dist/index.cjs"));
  await expect(handler(false)).resolves.toBe("done");
  await expect(handler(true)).rejects.toMatchObject({ name: "OddError" });
});

test("sharp stays outside, for a layer to bring", async () => {
  const folder = await lambdaPackage('import sharp from "sharp"; export const handler = sharp;');

  await bundleLambda(folder);

  expect(await readFile(join(folder, "dist/index.cjs"), "utf8")).toContain('require("sharp")');
});
