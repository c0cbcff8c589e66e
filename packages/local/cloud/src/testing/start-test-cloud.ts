import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloud } from "../cloud.ts";
import { freePort } from "./free-port.ts";
import type { TestEndpoint } from "./test-endpoint.ts";

/** A whole local cloud, as a user starts it. */
export interface StartedCloud {
  readonly client: TestEndpoint["client"];
  /** What a function is told to find it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  readonly folder: string;
  readonly dataFolder: string;
  /** What it told a person: what should not have happened. */
  readonly logged: string[];
  close(): Promise<void>;
}

/** Starts one on a free port with an empty stack, or with these resources and the files that they name. */
export async function startTestCloud(
  resource: object = {},
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<StartedCloud> {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-started-"));
  const dataFolder = join(folder, "data");
  const logged: string[] = [];
  const stackFile = join(folder, "stack.json");
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  writeFileSync(
    stackFile,
    JSON.stringify({ provider: { aws: [{ region: "us-east-1" }] }, resource }),
  );
  const port = await freePort();
  const cloud = await startCloud({
    dataFolder,
    port,
    stackFile,
    layerFolders: new Map(),
    labels: {
      detectLabels: () => Promise.reject(new Error("no labels here")),
      detectModerationLabels: () => Promise.reject(new Error("no moderation here")),
    },
    log: (line) => logged.push(line),
  });
  return {
    client: {
      endpoint: cloud.endpointUrl,
      region: cloud.region,
      credentials: cloud.operatorKey,
      maxAttempts: 1,
    },
    environment: {
      AWS_REGION: cloud.region,
      AWS_ENDPOINT_URL: cloud.endpointUrl,
      AWS_ACCESS_KEY_ID: cloud.operatorKey.accessKeyId,
      AWS_SECRET_ACCESS_KEY: cloud.operatorKey.secretAccessKey,
      POWERTOOLS_LOG_LEVEL: "SILENT",
    },
    port,
    folder,
    dataFolder,
    logged,
    async close() {
      await cloud.close();
      rmSync(folder, { recursive: true });
    },
  };
}
