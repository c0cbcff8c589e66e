import { spawn } from "node:child_process";
import { once } from "node:events";
import { S3Client } from "@aws-sdk/client-s3";
import type { DarkroomProcess } from "../test/darkroom-process.ts";
import { headHeadCopy } from "./head-head-copy.ts";
import { runSync } from "./run-sync.ts";

export interface Buckets {
  readonly source: string;
  readonly destination: string;
  /** Of all keys that are to be copied; it ends with a slash. */
  readonly prefix: string;
}

/** Something that makes the one bucket like the other, server-side. */
export interface CopyTool {
  readonly name: string;
  /** @param endpoint where it sends its requests */
  sync(buckets: Buckets, endpoint: string): Promise<void>;
}

/** The machine brings three functions of 16 copies each to work on two cores; the others get as many at once. */
const atOnce = 48;

/** First the machine, then the algorithm of the workshop's machine, and those of rclone and s5cmd that this computer has. */
export async function copyTools(darkroom: DarkroomProcess): Promise<[CopyTool, ...CopyTool[]]> {
  const tools: [CopyTool, ...CopyTool[]] = [syncMachine(darkroom), workshop(darkroom)];
  for (const make of [rclone, s5cmd]) {
    const tool = await make(darkroom);
    if (tool === undefined) console.log(`${make.name} is not installed: it is left out\n`);
    else tools.push(tool);
  }
  return tools;
}

/** Its functions find the endpoint by themselves. */
const syncMachine = (darkroom: DarkroomProcess): CopyTool => ({
  name: "sync machine",
  sync: async (buckets) => void (await runSync(darkroom, buckets)),
});

const workshop = (darkroom: DarkroomProcess): CopyTool => ({
  name: "HEAD, HEAD, COPY",
  async sync(buckets, endpoint) {
    const { region, credentials } = darkroom.clients.s3.config;
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    try {
      await headHeadCopy(s3, buckets, atOnce);
    } finally {
      s3.destroy();
    }
  },
});

async function rclone(darkroom: DarkroomProcess): Promise<CopyTool | undefined> {
  if (!(await isInstalled("rclone", "version"))) return undefined;
  return {
    name: "rclone sync",
    sync: ({ source, destination, prefix }, endpoint) =>
      run(
        "rclone",
        [
          "sync",
          `local:${source}/${prefix}`,
          `local:${destination}/${prefix}`,
          // By size and ETag, as the machine compares: the time of a file costs a HEAD of each.
          "--checksum",
          "--fast-list",
          "--s3-no-check-bucket",
          `--transfers=${atOnce}`,
          `--checkers=${atOnce}`,
        ],
        {
          ...credentialsOf(darkroom),
          RCLONE_CONFIG: "",
          RCLONE_CONFIG_LOCAL_TYPE: "s3",
          // "AWS" would ask for virtual hosts, which an IP address has none of.
          RCLONE_CONFIG_LOCAL_PROVIDER: "Other",
          RCLONE_CONFIG_LOCAL_ENV_AUTH: "true",
          RCLONE_CONFIG_LOCAL_REGION: darkroom.variable("AWS_REGION"),
          RCLONE_CONFIG_LOCAL_ENDPOINT: endpoint,
        },
      ),
  };
}

async function s5cmd(darkroom: DarkroomProcess): Promise<CopyTool | undefined> {
  if (!(await isInstalled("s5cmd", "version"))) return undefined;
  return {
    name: "s5cmd sync",
    sync: ({ source, destination, prefix }, endpoint) =>
      run(
        "s5cmd",
        [
          `--endpoint-url=${endpoint}`,
          `--numworkers=${atOnce}`,
          "--log=error",
          "sync",
          // As the machine: the time of a copy is another than that of its source.
          "--size-only",
          `s3://${source}/${prefix}*`,
          `s3://${destination}/${prefix}`,
        ],
        credentialsOf(darkroom),
      ),
  };
}

const credentialsOf = (darkroom: DarkroomProcess): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((name) => [
      name,
      darkroom.variable(name),
    ]),
  );

async function isInstalled(command: string, ...args: string[]): Promise<boolean> {
  try {
    await run(command, args, {});
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

/** @throws Error with what it said when it ends with another code than 0 */
async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { PATH, HOME } = process.env;
  const child = spawn(command, args, {
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (part: Buffer) => {
    said += part;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${said.slice(-2000)}`);
}
