import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { seededRandom } from "../demo/seeded-random.ts";
import { DarkroomProcess } from "../test/darkroom-process.ts";
import { type Buckets, type CopyTool, copyTools } from "./copy-tools.ts";
import { countingProxy } from "./counting-proxy.ts";
import { functionsThrough } from "./functions-through.ts";

/**
 * The sync machine against the algorithm of the workshop's, rclone and s5cmd, in turn on one local system:
 * `node bench/sync.ts [--count 2000] [--rounds 3] [--seed 1] [--only s5cmd]`; with `--rounds 0` the requests are
 * counted and no time is taken. Each makes the landing bucket like a source, and then once
 * more, when there is nothing to do. The landing bucket tells nobody meanwhile, so that no pipeline takes the cores, and
 * it is emptied for each of them: the time is that of the copies alone, with the start of each tool's own process
 * (the machine's functions are warm).
 *
 * The requests are counted in a round of their own, through a proxy that costs time. Not among them are those of the
 * machine's Map, which Step Functions makes itself: one listing for 1,000 shards, and the files of results.
 */
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "2000" },
    rounds: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
    /** Beside the machine: a tool whose name has this in it. */
    only: { type: "string", default: "" },
  },
});
const number = (name: "count" | "rounds" | "seed"): number => {
  const text = values[name];
  if (!/^\d{1,6}$/.test(text)) throw new Error(`--${name} ${text}: give a whole number`);
  return Number(text);
};
const count = number("count");
const rounds = number("rounds");
const [smallest, largest] = [20_000, 200_000];
const uploadsAtOnce = 16;

const darkroom = await DarkroomProcess.create();
try {
  await darkroom.start();
  const buckets: Buckets = {
    // One of the sources that the functions may read when nothing else is set.
    source: `sfn-image-workshop-bulk-photo-copy-${darkroom.variable("AWS_REGION")}`,
    destination: darkroom.variable("DARKROOM_LANDING_BUCKET"),
    prefix: "Incoming/bench/sync/",
  };
  const { s3 } = darkroom.clients;
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: buckets.destination,
      NotificationConfiguration: {},
    }),
  );
  await s3.send(new CreateBucketCommand({ Bucket: buckets.source }));
  const bytes = await seed(buckets);
  console.log(
    `${count} objects of ${(bytes / count / 1000).toFixed(0)} kB on average, ${availableParallelism()} cores (${cpus()[0]?.model.trim()})\n`,
  );

  const [machine, ...others] = await copyTools(darkroom);
  const tools = [machine, ...others.filter(({ name }) => name.includes(values.only))];
  const requests = await countRequests(tools, buckets);
  const rates = new Map(tools.map(({ name }) => [name, { copying: [], idle: [] } as Rates]));
  // The functions were configured anew for the proxy and after it: their next processes begin cold.
  if (rounds > 0) await time(machine, buckets);
  for (let round = 1; round <= rounds; round++) {
    // Another one begins each time.
    const turns = tools.map((_, index) => tools[(index + round) % tools.length] as CopyTool);
    for (const tool of turns) {
      const { copying, idle } = await time(tool, buckets);
      rates.get(tool.name)?.copying.push(copying);
      rates.get(tool.name)?.idle.push(idle);
      console.log(
        `round ${round}  ${tool.name.padEnd(18)}${copying.toFixed(0).padStart(6)} objects/s, ${idle.toFixed(0).padStart(7)} with nothing to do`,
      );
    }
  }
  show(machine, tools, rates, requests);
} finally {
  await darkroom.remove();
}

/** Objects per second, of each round. */
interface Rates {
  readonly copying: number[];
  readonly idle: number[];
}

interface Requests {
  readonly copying: string;
  readonly idle: string;
}

/** Bytes that don't compress, of all sizes, half of them kept in files of their own. @returns how many */
async function seed({ source, prefix }: Buckets): Promise<number> {
  const random = seededRandom(number("seed"));
  const noise = Buffer.from(Uint8Array.from({ length: largest * 2 }, () => random() * 256));
  let total = 0;
  let next = 0;
  const upload = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const size = Math.floor(smallest + random() * (largest - smallest));
      const start = Math.floor(random() * largest);
      total += size;
      await darkroom.clients.s3.send(
        new PutObjectCommand({
          Bucket: source,
          Key: `${prefix}album-${index % 20}/${String(index).padStart(6, "0")}.jpg`,
          Body: noise.subarray(start, start + size),
          ContentType: "image/jpeg",
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, upload));
  return total;
}

async function time(tool: CopyTool, buckets: Buckets): Promise<{ copying: number; idle: number }> {
  const rate = async (): Promise<number> => {
    const begin = performance.now();
    await tool.sync(buckets, darkroom.variable("AWS_ENDPOINT_URL"));
    return (count / (performance.now() - begin)) * 1000;
  };
  const copying = await rate();
  await checkComplete(tool, buckets);
  const idle = await rate();
  await empty(buckets);
  return { copying, idle };
}

async function countRequests(
  tools: readonly CopyTool[],
  buckets: Buckets,
): Promise<Map<string, Requests>> {
  await using proxy = await countingProxy(darkroom.variable("AWS_ENDPOINT_URL"));
  await using _ = await functionsThrough(darkroom, proxy.url);
  const requests = new Map<string, Requests>();
  for (const tool of tools) {
    proxy.take();
    const counted = async (): Promise<string> => {
      await tool.sync(buckets, proxy.url);
      const taken = proxy.take();
      const all = [...taken.values()].reduce((sum, some) => sum + some, 0);
      const byMethod = [...taken].map(([method, some]) => `${some} ${method}`).sort();
      return `${(all / count).toFixed(4)} (${byMethod.join(", ")})`;
    };
    const copying = await counted();
    await checkComplete(tool, buckets);
    const idle = await counted();
    await empty(buckets);
    requests.set(tool.name, { copying, idle });
  }
  return requests;
}

/** @throws Error when the tool has left something out */
async function checkComplete({ name }: CopyTool, { destination, prefix }: Buckets): Promise<void> {
  let found = 0;
  const { s3 } = darkroom.clients;
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: destination, Prefix: prefix });
  for await (const { KeyCount = 0 } of pages) found += KeyCount;
  if (found !== count) throw new Error(`${name} brought ${found} of ${count} objects`);
}

/** Down to the last version: neither objects nor delete markers are left. */
async function empty({ destination, prefix }: Buckets): Promise<void> {
  for (;;) {
    const { Versions = [] } = await darkroom.clients.s3.send(
      new ListObjectVersionsCommand({ Bucket: destination, Prefix: prefix }),
    );
    if (Versions.length === 0) return;
    await darkroom.clients.s3.send(
      new DeleteObjectsCommand({
        Bucket: destination,
        Delete: {
          Objects: Versions.map(({ Key, VersionId }) => ({ Key, VersionId })),
          Quiet: true,
        },
      }),
    );
  }
}

function show(
  machine: CopyTool,
  tools: readonly CopyTool[],
  rates: ReadonlyMap<string, Rates>,
  requests: ReadonlyMap<string, Requests>,
): void {
  const own = rates.get(machine.name);
  if (own === undefined) throw new Error("the sync machine was not measured");
  for (const kind of ["copying", "idle"] as const) {
    console.log(kind === "copying" ? "\ncopying:" : "\nnothing to do:");
    for (const { name } of tools) {
      const all = rates.get(name)?.[kind] ?? [];
      // Pair by pair, so that it holds when the computer's speed drifts.
      const ratio = median(all.map((rate, round) => (own[kind][round] ?? 0) / rate));
      const speed =
        all.length === 0
          ? ""
          : `${median(all).toFixed(0).padStart(7)} objects/s   machine / it ${ratio.toFixed(2)}   `;
      console.log(`  ${name.padEnd(18)}${speed}requests per object ${requests.get(name)?.[kind]}`);
    }
  }
  console.log(
    "\ngoals: machine / it at least 1; at most 1.02 requests per object copied, and 0.003 with nothing to do",
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
