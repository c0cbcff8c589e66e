import { readdirSync, readFileSync } from "node:fs";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { DarkroomProcess, isTerminal } from "../test/darkroom-process.ts";

/**
 * How much memory the local system holds, by /proc (Linux): all its processes while nothing happens, and the host's own
 * after 100 photos and after more and more up to 3,000: `node bench/memory.ts`.
 */
const stages = [100, 500, 1000, 2000, 3000];
const uploadsAtOnce = 8;

const darkroom = await DarkroomProcess.create({ ownGroup: true });
try {
  await darkroom.start();
  await settle();
  console.log(`idle after the start: ${megabytes(groupMemory())} in all processes`);
  const { s3 } = darkroom.clients;
  const Bucket = darkroom.variable("DARKROOM_LANDING_BUCKET");
  let done = 0;
  let first: number | undefined;
  for (const stage of stages) {
    const keys: string[] = [];
    const upload = async (): Promise<void> => {
      while (done < stage) {
        const Key = `Incoming/bench/memory/${done++}.jpg`;
        keys.push(Key);
        await s3.send(new PutObjectCommand({ Bucket, Key, Body: await smallPhoto(done) }));
      }
    };
    await Promise.all(Array.from({ length: uploadsAtOnce }, upload));
    await darkroom.rowsWhen(keys, isTerminal, 600_000);
    await settle();
    const host = hostMemory();
    first ??= host;
    console.log(
      `${String(done).padStart(5)} photos: host ${megabytes(host)}, ${(host / first).toFixed(2)} of that after ${stages[0]}; all processes ${megabytes(groupMemory())}`,
    );
  }
} finally {
  await darkroom.remove();
}

/** Each another picture, so that nothing is the same work. */
function smallPhoto(seed: number): Promise<Buffer> {
  const background = { r: seed % 256, g: (seed >> 3) % 256, b: 90 };
  return sharp({ create: { width: 320, height: 240, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5000));
}

function hostMemory(): number {
  return residentBytes(String(darkroom.pid));
}

/** Of the host and of every process below it: functions run in groups of their own. */
function groupMemory(): number {
  const parents = new Map<string, string>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const [, parent = ""] = /^PPid:\s+(\d+)/m.exec(status(pid)) ?? [];
    parents.set(pid, parent);
  }
  const isBelow = (pid: string | undefined): boolean =>
    pid !== undefined && (pid === String(darkroom.pid) || isBelow(parents.get(pid)));
  return [...parents.keys()].filter(isBelow).reduce((sum, pid) => sum + residentBytes(pid), 0);
}

function residentBytes(pid: string): number {
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+)/m.exec(status(pid)) ?? [];
  return Number(kilobytes) * 1024;
}

/** Empty for a process that has gone meanwhile. */
function status(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
