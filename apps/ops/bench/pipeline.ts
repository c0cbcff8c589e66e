import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { stackFile } from "@darkroom/infra";
import { DarkroomProcess, isTerminal } from "../test/darkroom-process.ts";
import { type MixedPhoto, mixedPhotos } from "./mixed-photos.ts";

/**
 * The whole local pipeline against a bare loop of sharp, in turn in one run: `pnpm bench`.
 * The rate of the one divided by that of the other is what counts: it hardly depends on the machine.
 */
const photoCount = 300;
const rounds = 3;
/** Processed before the time is taken: neither side is measured with the start of its processes. */
const warmUpCount = 28;
/** As many as an uploader has on the way at once. */
const uploadsAtOnce = 8;

const work = await mkdtemp(join(tmpdir(), "darkroom-bench-"));
try {
  const photos = await mixedPhotos();
  const files = await writePhotos(photos);
  const megabytes = photos.reduce((sum, { bytes }) => sum + bytes.length, 0) / photos.length / 1e6;
  console.log(
    `${photoCount} photos of ${megabytes.toFixed(1)} MB on average, ${availableParallelism()} cores (${cpus()[0]?.model.trim()})\n`,
  );

  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const bare = await bareSharp(files);
    const pipeline = await throughPipeline(photos);
    const ratio = bare / pipeline.ms;
    ratios.push(ratio);
    console.log(
      [
        `round ${round}:`,
        `bare sharp ${rate(bare)}`,
        `pipeline ${rate(pipeline.ms)}`,
        `ratio ${ratio.toFixed(2)}`,
        `ready after ${(pipeline.readyMs / 1000).toFixed(1)} s`,
      ].join("   "),
    );
  }
  ratios.sort((a, b) => a - b);
  const median = ratios[Math.floor(ratios.length / 2)] ?? 0;
  console.log(`\npipeline / bare sharp: ${median.toFixed(2)} (median of ${rounds}; goal 0.6)`);
  console.log("\nLambda bundles:");
  for (const line of await bundleSizes()) console.log(`  ${line}`);
} finally {
  await rm(work, { recursive: true, force: true });
}

function rate(ms: number): string {
  return `${((photoCount / ms) * 1000).toFixed(1)} photos/s`;
}

async function writePhotos(photos: readonly MixedPhoto[]): Promise<string[]> {
  const files = await Promise.all(
    photos.map(async ({ extension, bytes }, index) => {
      const file = join(work, `${index}.${extension}`);
      await writeFile(file, bytes);
      return file;
    }),
  );
  return Array.from({ length: photoCount }, (_, index) => files[index % files.length] ?? "");
}

/** In a process of its own, as the pipeline has its own. @returns milliseconds */
async function bareSharp(files: readonly string[]): Promise<number> {
  const list = join(work, "files.json");
  await writeFile(list, JSON.stringify(files));
  const script = fileURLToPath(new URL("./bare-sharp.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, list]);
  return Number(stdout);
}

/** From the first upload until the last photo is READY, on a fresh data folder whose functions have run before. */
async function throughPipeline(
  photos: readonly MixedPhoto[],
): Promise<{ ms: number; readyMs: number }> {
  const darkroom = await DarkroomProcess.create();
  try {
    const launched = performance.now();
    await darkroom.start();
    const readyMs = performance.now() - launched;
    const { s3 } = darkroom.clients;
    const Bucket = darkroom.variable("DARKROOM_LANDING_BUCKET");
    const process = async (count: number, album: string): Promise<void> => {
      const keys: string[] = [];
      let next = 0;
      const upload = async (): Promise<void> => {
        for (let index = next++; index < count; index = next++) {
          const photo = photos[index % photos.length];
          if (photo === undefined) throw new Error("there are no photos");
          const Key = `Incoming/bench/${album}/${index}.${photo.extension}`;
          keys.push(Key);
          await s3.send(new PutObjectCommand({ Bucket, Key, Body: photo.bytes }));
        }
      };
      await Promise.all(Array.from({ length: uploadsAtOnce }, upload));
      const rows = await darkroom.rowsWhen(keys, isTerminal, 600_000);
      const failed = [...rows.values()].filter(({ status }) => status !== "READY");
      if (failed.length > 0) throw new Error(`not READY: ${JSON.stringify(failed[0])}`);
    };
    await process(warmUpCount, "warm-up");
    const begin = performance.now();
    await process(photoCount, "run");
    return { ms: performance.now() - begin, readyMs };
  } finally {
    await darkroom.remove();
  }
}

/** Of the archives that the stack names. */
async function bundleSizes(): Promise<string[]> {
  const { resource } = JSON.parse(await readFile(stackFile, "utf8")) as {
    resource: { aws_lambda_function: Record<string, { function_name: string; filename: string }> };
  };
  return Promise.all(
    Object.values(resource.aws_lambda_function).map(async ({ function_name, filename }) => {
      const archive = resolve(dirname(stackFile), filename);
      const bundle = join(dirname(archive), "index.cjs");
      const [zipped, plain] = await Promise.all([stat(archive), stat(bundle)]);
      const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
      return `${function_name}: ${kilobytes(plain.size)}, zipped ${kilobytes(zipped.size)}`;
    }),
  );
}
