import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { startCloud } from "../cloud.ts";
import { freePort } from "./free-port.ts";

/** The local cloud's S3, as a user has it. */
export interface LocalS3 {
  s3: S3Client;
  /** What a function is told to find it. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

export async function startLocalS3(...buckets: string[]): Promise<LocalS3> {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-sync-"));
  const stackFile = join(folder, "stack.json");
  const stack = {
    provider: { aws: [{ region: "eu-west-1" }] },
    resource: {
      aws_s3_bucket: Object.fromEntries(buckets.map((bucket) => [bucket, { bucket }])),
    },
  };
  writeFileSync(stackFile, JSON.stringify(stack));
  const cloud = await startCloud({
    dataFolder: join(folder, "data"),
    port: await freePort(),
    stackFile,
    layerFolders: new Map(),
    labels: {
      detectLabels: () => Promise.reject(new Error("no labels here")),
      detectModerationLabels: () => Promise.reject(new Error("no moderation here")),
    },
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const s3 = new S3Client({
    endpoint: cloud.endpointUrl,
    region: cloud.region,
    credentials: cloud.operatorKey,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return {
    s3,
    environment: {
      AWS_REGION: cloud.region,
      AWS_ENDPOINT_URL: cloud.endpointUrl,
      AWS_ACCESS_KEY_ID: cloud.operatorKey.accessKeyId,
      AWS_SECRET_ACCESS_KEY: cloud.operatorKey.secretAccessKey,
      POWERTOOLS_LOG_LEVEL: "SILENT",
    },
    async close() {
      s3.destroy();
      await cloud.close();
      rmSync(folder, { recursive: true });
    },
  };
}
