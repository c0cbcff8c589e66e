import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  paginateListExecutions,
  SFNClient,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { BatchGetCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type ImageItem, imageIdOf, imageItem } from "@darkroom/workflow";
import { freePort } from "./free-port.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  /** The folder that holds its data; it is made, and removed at the end, when none is given. */
  readonly dataDirectory?: string;
  /** A process group of its own, which SIGKILL then takes as a whole. */
  readonly ownGroup?: boolean;
  /** Of `darkroom start` alone, as in `--import` of something that is loaded before it. */
  readonly nodeArguments?: readonly string[];
}

/** `darkroom start` as a user has it: a process of its own, used from outside over its endpoint. */
export class DarkroomProcess {
  readonly dataDirectory: string;
  readonly port: number;
  readonly #options: ProcessOptions;
  #child: ChildProcess | undefined;
  #log = "";
  #readySeconds = 0;
  #variables: Record<string, string> = {};
  #clients: Clients | undefined;

  private constructor(dataDirectory: string, port: number, options: ProcessOptions) {
    this.dataDirectory = dataDirectory;
    this.port = port;
    this.#options = options;
  }

  static async create(options: ProcessOptions = {}): Promise<DarkroomProcess> {
    const folder = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), "darkroom-")));
    return new DarkroomProcess(folder, await freePort(), options);
  }

  /** What it has printed since it was last started. */
  get log(): string {
    return this.#log;
  }

  /** From its last start until it said that it is ready. */
  get readySeconds(): number {
    return this.#readySeconds;
  }

  /** Its process id while it runs. */
  get pid(): number | undefined {
    const child = this.#child;
    return child?.exitCode === null && child.signalCode === null ? child.pid : undefined;
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<void> {
    const { ownGroup = false, nodeArguments = [] } = this.#options;
    const child = spawn(process.execPath, [...nodeArguments, main, "start", "--no-demo"], {
      env: this.#environment(),
      stdio: ["ignore", "pipe", "pipe"],
      detached: ownGroup,
    });
    this.#child = child;
    this.#log = "";
    const launched = performance.now();
    await new Promise<void>((resolve, reject) => {
      const read = (part: Buffer): void => {
        this.#log += part;
        if (this.#log.includes("Darkroom is ready")) resolve();
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.once("exit", (code) => reject(new Error(`start ended with ${code}:\n${this.#log}`)));
    });
    this.#readySeconds = (performance.now() - launched) / 1000;
    const { stdout } = await this.run(["env"]);
    this.#variables = Object.fromEntries(
      [...stdout.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = "", value = ""]) => [
        name,
        value,
      ]),
    );
    this.#clients = createClients((name) => this.variable(name));
  }

  async stop(signal: "SIGINT" | "SIGKILL" = "SIGINT"): Promise<number | null> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
      return null;
    }
    const exited = once(child, "exit");
    if (signal === "SIGKILL" && this.#options.ownGroup) process.kill(-child.pid, signal);
    else child.kill(signal);
    const [code] = await exited;
    this.#child = undefined;
    return code;
  }

  async remove(): Promise<void> {
    await this.stop("SIGKILL");
    if (this.#options.dataDirectory !== undefined) return;
    await rm(this.dataDirectory, { recursive: true, force: true });
  }

  /** Runs another `darkroom` command against the same data folder. */
  async run(args: readonly string[]): Promise<Finished> {
    const child = spawn(process.execPath, [main, ...args], {
      env: this.#environment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr, [code]] = await Promise.all([
      readText(child.stdout),
      readText(child.stderr),
      once(child, "exit"),
    ]);
    return { code, stdout, stderr };
  }

  /** One of the names that `darkroom env` prints. */
  variable(name: string): string {
    const value = this.#variables[name];
    if (value === undefined) throw new Error(`darkroom env does not print ${name}`);
    return value;
  }

  /** Of the endpoint as it was last started. */
  get clients(): Clients {
    if (this.#clients === undefined) throw new Error("Darkroom has not been started");
    return this.#clients;
  }

  /** Of the image-processing machine, the latest first. */
  async executions(): Promise<{ name: string; status: string }[]> {
    const stateMachineArn = this.variable("DARKROOM_IMAGE_MACHINE_ARN");
    const executions: { name: string; status: string }[] = [];
    for await (const page of paginateListExecutions(
      { client: this.clients.sfn },
      { stateMachineArn },
    )) {
      for (const { name = "", status = "" } of page.executions ?? []) {
        executions.push({ name, status });
      }
    }
    return executions;
  }

  /** How an execution goes; undefined where it isn't there, or not yet. */
  async executionStatus(executionArn: string): Promise<string | undefined> {
    try {
      const { sfn } = this.clients;
      return (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return undefined;
      throw error;
    }
  }

  /** Stops an execution once it runs: the row that names it is there before. */
  async stopExecution(
    executionArn: string,
    reason: { error?: string; cause?: string } = {},
  ): Promise<void> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const status = await this.executionStatus(executionArn);
      if (status === "RUNNING") break;
      if (Date.now() > deadline) throw new Error(`${executionArn} never ran: ${status}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await this.clients.sfn.send(new StopExecutionCommand({ executionArn, ...reason }));
  }

  /** The rows of keys in the landing bucket, once `ready` says that they will do. */
  async rowsWhen(
    keys: readonly string[],
    ready: (row: ImageItem | undefined) => boolean,
    timeoutMs = 60_000,
  ): Promise<Map<string, ImageItem>> {
    const bucket = this.variable("DARKROOM_LANDING_BUCKET");
    const deadline = Date.now() + timeoutMs;
    const found = new Map<string, ImageItem>();
    let missing = [...keys];
    for (;;) {
      const rows = await this.#rows(missing.map((key) => imageIdOf(bucket, key)));
      missing = missing.filter((key) => {
        const row = rows.get(imageIdOf(bucket, key));
        if (row !== undefined) found.set(key, row);
        return !ready(row);
      });
      if (missing.length === 0) return found;
      if (Date.now() > deadline) {
        const states = missing.map((key) => `${key}: ${JSON.stringify(found.get(key))}`);
        throw new Error(`These never got there:\n${states.join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async #rows(ids: readonly string[]): Promise<Map<string, ImageItem>> {
    const table = this.variable("DARKROOM_IMAGE_TABLE");
    const rows = new Map<string, ImageItem>();
    for (let from = 0; from < ids.length; from += 100) {
      const answer = await this.clients.dynamodb.send(
        new BatchGetCommand({
          RequestItems: {
            [table]: { Keys: ids.slice(from, from + 100).map((imageID) => ({ imageID })) },
          },
        }),
      );
      for (const item of answer.Responses?.[table] ?? []) {
        const row = imageItem.parse(item);
        rows.set(row.imageID, row);
      }
    }
    return rows;
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: this.dataDirectory,
      DARKROOM_DATA: join(this.dataDirectory, "data"),
      DARKROOM_PORT: String(this.port),
      DARKROOM_VISION: "fast",
      NO_COLOR: "1",
    };
  }
}

type Clients = ReturnType<typeof createClients>;

function createClients(variable: (name: string) => string) {
  const settings = {
    endpoint: variable("AWS_ENDPOINT_URL"),
    region: variable("AWS_REGION"),
    credentials: {
      accessKeyId: variable("AWS_ACCESS_KEY_ID"),
      secretAccessKey: variable("AWS_SECRET_ACCESS_KEY"),
    },
  };
  return {
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    sqs: new SQSClient(settings),
    sfn: new SFNClient(settings),
    lambda: new LambdaClient(settings),
    dynamodb: DynamoDBDocumentClient.from(new DynamoDBClient(settings)),
  };
}

/** True once a row has come to an end. */
export const isTerminal = (row: ImageItem | undefined): boolean =>
  row !== undefined && row.status !== "PROCESSING";

async function readText(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = "";
  for await (const part of stream ?? []) text += part;
  return text;
}
