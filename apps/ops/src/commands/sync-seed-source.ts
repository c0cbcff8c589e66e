import { syncRequest } from "@darkroom/sync-workflow";
import type { Command } from "commander";
import { createClients } from "../clients.ts";
import type { Context } from "../context.ts";
import { Interrupted, UsageError, unlessInterrupted } from "../failure.ts";
import { invocation } from "../invocation.ts";
import { workshopSource } from "../sync/read-request.ts";
import { s3SeedBucket } from "../sync/seed/s3-seed-bucket.ts";
import { countNoPictures, seedPlan, seedPrefix } from "../sync/seed/seed-plan.ts";
import { type SeedResult, seedSource } from "../sync/seed/seed-source.ts";
import { formatBytes, formatCount, formatDuration } from "../table/format.ts";
import { requireRunning, type Target } from "../target.ts";
import { throughOutage } from "../through-outage.ts";
import { pause } from "../watch/pause.ts";

interface Options {
  readonly count: string;
  readonly bucket?: string;
  readonly albumSize: string;
  readonly json?: boolean;
}

const mostObjects = 100_000;

/** `darkroom sync seed-source [--count 2000] [--bucket NAME] [--album-size N] [--json]` */
export function addSeedSource(sync: Command, context: Context): void {
  sync
    .enablePositionalOptions()
    .command("seed-source")
    .option("--count <objects>", "how many objects", "2000")
    .option("--bucket <name>", "which bucket (default: the one that `sync` reads by default)")
    .option("--album-size <objects>", "how many go into an album", "100")
    .option("--json", "what was done as a JSON object on stdout")
    .description("make a bucket of varied photos to sync from, in the local cloud only")
    .addHelpText(
      "after",
      `
Keys are ${seedPrefix}<album>/<file>. JPEG with EXIF, PNG and WebP; one object in 50 is no
picture. The same number makes the same object: called again, also with a greater count, it
writes what is missing alone.`,
    )
    .action((options: Options) => {
      const [foreign] = Object.keys(sync.opts());
      if (foreign !== undefined) {
        throw new UsageError("Options of seed-source stand behind it: see sync seed-source --help");
      }
      return runSeedSource(context, options);
    });
}

async function runSeedSource(
  context: Context,
  { json = false, ...options }: Options,
): Promise<void> {
  const { terminal, settings } = context;
  const objects = parseCount("--count", options.count);
  const albumSize = parseCount("--album-size", options.albumSize);
  const albums = Math.ceil(objects / albumSize);
  if (options.bucket !== undefined) checkBucketName(options.bucket);
  const target = await requireRunning(settings());
  const bucket = options.bucket ?? workshopSource(target.region);
  refuseOwnBuckets(bucket, target);

  const signal = context.interruptible();
  const clients = createClients(target);
  const begin = Date.now();
  try {
    const waiting = { now: () => new Date(), pause, signal };
    const store = s3SeedBucket(clients.s3, { bucket, region: target.region }, (call) =>
      throughOutage(call, waiting),
    );
    // Not before it is known to be of use: pictures need a native library.
    const { basePictures } = await import("../sync/seed/base-pictures.ts");
    terminal.showStatus("drawing the pictures that all others are made from");
    const bases = await basePictures();
    const result = await seedSource(seedPlan(objects, albumSize), bases, store, {
      signal,
      showProgress: (so) => terminal.showStatus(tellSeed(so, objects, Date.now() - begin)),
    });
    terminal.clearStatus();
    if (signal.aborted) {
      throw new Interrupted(
        `Stopped after ${result.objects} of ${objects} objects: the same command goes on`,
      );
    }
    const seconds = (Date.now() - begin) / 1000;
    const unsupported = countNoPictures(objects);
    if (json) {
      const { put, unchanged, bytes } = result;
      const figures = { objects, put, unchanged, bytes, albums, unsupported, seconds };
      terminal.print(JSON.stringify({ bucket, prefix: seedPrefix, ...figures }, null, 2));
      return;
    }
    terminal.print(
      `s3://${bucket}/${seedPrefix} has ${formatCount(objects)} objects in ${albums === 1 ? "1 album" : `${formatCount(albums)} albums`}, ${formatBytes(result.bytes)}: ${formatCount(result.put)} written, ${formatCount(result.unchanged)} there already, in ${formatDuration(seconds * 1000)}`,
    );
    terminal.print(
      `No pictures, to end as UNSUPPORTED: ${formatCount(unsupported)}; to end as READY: ${formatCount(objects - unsupported)}`,
    );
    const source = options.bucket === undefined ? "" : ` --source ${bucket}`;
    terminal.note(`Bring them in: ${invocation.darkroom} sync${source}`);
  } catch (error) {
    throw unlessInterrupted(error, signal, "Stopped: the same command goes on");
  } finally {
    clients.close();
  }
}

/** `312 of 2,000 objects · 300 written · 14 MB · 221 objects/s`. */
function tellSeed({ objects, put, bytes }: SeedResult, total: number, elapsedMs: number): string {
  const rate = Math.round(objects / (Math.max(elapsedMs, 1) / 1000));
  return `${formatCount(objects)} of ${formatCount(total)} objects · ${formatCount(put)} written · ${formatBytes(bytes)} · ${formatCount(rate)} objects/s`;
}

function parseCount(option: string, text: string): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= mostObjects) return number;
  throw new UsageError(
    `${option} "${text}": give a whole number from 1 to ${formatCount(mostObjects)}`,
  );
}

function checkBucketName(name: string): void {
  const parsed = syncRequest.shape.source.safeParse(name);
  if (parsed.success) return;
  throw new UsageError(`--bucket "${name}" ${parsed.error.issues[0]?.message ?? "is no name"}`);
}

/** What lands there would be processed, or taken for a run's file. */
function refuseOwnBuckets(bucket: string, { resources }: Target): void {
  const own = [resources.DARKROOM_LANDING_BUCKET, resources.DARKROOM_RUN_BUCKET];
  if (own.includes(bucket)) {
    throw new UsageError(`--bucket "${bucket}" is one of the system's own: give another name`);
  }
}
