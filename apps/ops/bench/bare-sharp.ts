import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import exifr from "exifr";
import sharp, { type Sharp } from "sharp";

/**
 * What the pipeline is measured against: a loop that reads each file, takes its metadata and EXIF, and makes the same two
 * pictures of it, on all cores. No queue, no state, no row, nothing kept.
 * @param files the photos, in order; one may stand there several times
 * @returns milliseconds
 */
async function bareSharp(files: readonly string[]): Promise<number> {
  sharp.cache(false);
  sharp.concurrency(1);
  const begin = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      const bytes = await readFile(file);
      const { exif } = await sharp(bytes).metadata();
      if (exif !== undefined) await exifr.parse(exif.subarray(6)).catch(() => {});
      const upright = sharp(bytes, { sequentialRead: true }).autoOrient();
      await pictureOf(upright, 1440);
      await pictureOf(upright, 250);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return performance.now() - begin;
}

function pictureOf(upright: Sharp, side: number): Promise<Buffer> {
  return upright
    .clone()
    .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
    .toColourspace("srgb")
    .jpeg({ quality: 80 })
    .toBuffer();
}

console.log(await bareSharp(JSON.parse(await readFile(process.argv[2] ?? "", "utf8"))));
