import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { zipSync } from "fflate";

/** In bytes: dist/index.cjs, and the archive with it alone. */
export interface BundleSizes {
  bundle: number;
  archive: number;
}

/** The start of ZIP's calendar. No file time goes in, so that the same source gives the same bytes. */
const zipEpoch = new Date(1980, 0, 1);

/**
 * Bundles `src/handler.ts` of a Lambda package into `dist/index.cjs`, whose export is `handler`, and
 * `dist/lambda.zip`.
 *
 * CommonJS, since what a Lambda layer brings is found by `require` through NODE_PATH and never by an
 * ESM import: sharp comes by a layer, with the native part for the machine it runs on. All else is
 * inside, the AWS SDK too: the runtime's own is whatever version AWS ships that day, and loads slower.
 */
export async function bundleLambda(packageFolder: string): Promise<BundleSizes> {
  const outfile = join(packageFolder, "dist/index.cjs");
  await build({
    absWorkingDir: packageFolder,
    entryPoints: ["src/handler.ts"],
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    mainFields: ["module", "main"],
    minify: true,
    keepNames: true,
    legalComments: "none",
    external: ["sharp"],
    logLevel: "warning",
  });
  const bundle = await readFile(outfile);
  const archive = zipSync({ "index.cjs": [bundle, { level: 9, mtime: zipEpoch }] });
  // At once, since a local cloud may be reading it.
  const zip = join(packageFolder, "dist/lambda.zip");
  await writeFile(`${zip}.new`, archive);
  await rename(`${zip}.new`, zip);
  return { bundle: bundle.byteLength, archive: archive.byteLength };
}
