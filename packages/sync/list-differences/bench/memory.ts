import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { generatedS3 } from "./generated-s3.ts";
import type { Listing } from "./measured-listing.ts";

/**
 * How much memory the function that lists differences takes of buckets of 10,000, 100,000 and 1,000,000 keys, and in how
 * many calls it is through: `node bench/memory.ts [--keys 10000,100000,1000000] [--latency 0] [--timeout 900]`. The
 * function is its handler, with the real SDK over HTTP, in a process of its own for each figure; S3 is made up
 * (generated-s3.ts) and answers after so many milliseconds. Exit 1 when the memory isn't flat.
 */
const { values } = parseArgs({
  options: {
    keys: { type: "string", default: "10000,100000,1000000" },
    latency: { type: "string", default: "0" },
    /** In seconds, of the function; of these it keeps one minute back. */
    timeout: { type: "string", default: "900" },
  },
});
const number = (name: string, text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} ${text}: give a whole number`);
  return Number(text);
};
const sizes = values.keys.split(",").map((size) => number("keys", size));
const latencyMs = number("latency", values.latency);
const timeoutMs = number("timeout", values.timeout) * 1000;
/**
 * By how much a tenfold bucket may take more. The peak of a small one says little: V8 lets the garbage of the first pages
 * lie until its young generation has grown.
 */
const tolerance = 1.2;

const script = fileURLToPath(new URL("./measured-listing.ts", import.meta.url));

async function measure(keys: number, ...nodeArguments: string[]): Promise<Listing> {
  await using s3 = await generatedS3({ keys, latencyMs });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...nodeArguments, script, String(timeoutMs)],
    {
      env: {
        PATH: process.env.PATH,
        RUN_BUCKET: "runs",
        AWS_REGION: "eu-west-1",
        AWS_ENDPOINT_URL: s3.url,
        AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
        AWS_SECRET_ACCESS_KEY: "made-up",
        POWERTOOLS_LOG_LEVEL: "SILENT",
      },
    },
  );
  const listing = JSON.parse(stdout) as Listing;
  const { listed, differing, copyShards, listRequests } = listing;
  const wanted = { listed: keys, differing: Math.floor((keys + 2) / 10) };
  if (listed !== wanted.listed || differing !== wanted.differing || copyShards !== s3.puts) {
    throw new Error(
      `of ${JSON.stringify(wanted)} it found ${listed}, ${differing} of them differing`,
    );
  }
  if (listRequests !== s3.listRequests) {
    throw new Error(`it counts ${listRequests} requests, and made ${s3.listRequests}`);
  }
  return listing;
}

const columns: readonly [string, (keys: number, plain: Listing, heap: number) => string][] = [
  ["keys", (keys) => keys.toLocaleString("en")],
  ["heap after collection", (_keys, _plain, heap) => megabytes(heap)],
  ["peak of the process", (_keys, { peak }) => megabytes(peak)],
  ["calls", (_keys, { calls }) => String(calls)],
  ["list requests", (_keys, { listRequests }) => String(listRequests)],
  ["per key", (keys, { listRequests }) => (listRequests / keys).toFixed(5)],
  ["shards", (_keys, { copyShards }) => String(copyShards)],
  ["state", (_keys, { state }) => `${state} B`],
  ["took", (_keys, { seconds }) => `${seconds.toFixed(1)} s`],
  ["keys/s", (keys, { seconds }) => (keys / seconds).toFixed(0)],
];
console.log(`answers after ${latencyMs} ms, a function of ${timeoutMs / 1000} s\n`);
console.log(columns.map(([name]) => name.padStart(width(name))).join("  "));
const heaps: number[] = [];
const peaks: number[] = [];
for (const keys of sizes) {
  const { heap } = await measure(keys, "--expose-gc");
  const plain = await measure(keys);
  heaps.push(heap);
  peaks.push(plain.peak);
  console.log(
    columns.map(([name, show]) => show(keys, plain, heap).padStart(width(name))).join("  "),
  );
}

const [heapGrowth, peakGrowth] = [heaps, peaks].map(
  (figures) => (figures.at(-1) ?? 0) / (figures.at(-2) ?? Number.NaN),
);
if (heapGrowth === undefined || peakGrowth === undefined) throw new Error("--keys: give two sizes");
console.log(
  `\nthe largest / the one before it: heap ${heapGrowth.toFixed(2)}, peak ${peakGrowth.toFixed(2)} (goal: flat, at most ${tolerance})`,
);
process.exitCode = heapGrowth <= tolerance && peakGrowth <= tolerance ? 0 : 1;

function width(name: string): number {
  return Math.max(name.length, 9);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
