import { InvokeCommand } from "@aws-sdk/client-lambda";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { causeLine } from "../../src/history/cause-line.ts";
import type { LocalDarkroom } from "./local-darkroom.ts";
import type { Probe } from "./probes.ts";

/** The one bucket that a sync may read, unless the deployment says otherwise. */
const sourceOf = ({ output }: LocalDarkroom): string =>
  `sfn-image-workshop-bulk-photo-copy-${output("run_bucket").split("-").slice(-3).join("-")}`;

const prefix = "Incoming/ann/sync/";
const intervalMs = 100;
const timeoutMs = 60_000;

/** A run that has everything to do: copy, compare checksums, delete. */
export const syncedBuckets: Probe = async (darkroom) => {
  const source = sourceOf(darkroom);
  const destination = darkroom.output("landing_bucket");
  await makeBucket(darkroom, source);
  await put(darkroom, source, "new.txt", "new", "kind=probe");
  // Its copy has another ETag, which is remembered.
  await putInParts(darkroom, source, "parts.txt", "parts");
  await put(darkroom, source, "changed.txt", "changed");
  await put(darkroom, destination, "changed.txt", "before");
  // The same bytes under different ETags: only their checksums tell.
  await put(darkroom, source, "same.txt", "same");
  await putInParts(darkroom, destination, "same.txt", "same");
  await put(darkroom, destination, "orphan.txt", "orphan");
  const { executionArn } = await darkroom.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: darkroom.output("sync_machine_arn"),
      input: JSON.stringify({
        source,
        destination,
        prefix,
        deleteOrphans: true,
        maximumOrphanShare: 1,
      }),
    }),
  );
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const { status, output, error, cause } = await darkroom.sfn.send(
      new DescribeExecutionCommand({ executionArn }),
    );
    if (status !== "RUNNING") {
      if (error !== undefined) return `${error}: ${causeLine(cause ?? "")}`;
      const { copied, unchanged, failed } = JSON.parse(output ?? "{}");
      return `${status}: ${copied} copied, ${unchanged} unchanged, ${failed} failed`;
    }
    if (Date.now() > deadline) throw new Error("the sync never ended");
    await new Promise((done) => setTimeout(done, intervalMs));
  }
};

/** An object that is gone when it is to be copied. */
export const vanishedObject: Probe = async (darkroom) => {
  const source = sourceOf(darkroom);
  await makeBucket(darkroom, source);
  const shard = "runs/vanished/copy/00000001.jsonl";
  const line = { key: `${prefix}gone.txt`, size: 1, etag: "0", reason: "missing" };
  await putRunFile(darkroom, shard, `${JSON.stringify(line)}\n`);
  return invoke(darkroom, "CopyObjects", { ...requestOf(darkroom, "vanished"), shard });
};

/** A shard whose object had failed, and the destination has lost meanwhile what that was to replace. */
export const copiedAgain: Probe = async (darkroom) => {
  const source = sourceOf(darkroom);
  await makeBucket(darkroom, source);
  const name = "lost.txt";
  const etag = await put(darkroom, source, name, "lost");
  const run = "runs/copied-again/";
  const key = `${prefix}${name}`;
  const line = { key, size: 4, etag, reason: "etag", replaces: "0" };
  const fate = { key, fate: "failed", bytes: 0, error: "SlowDown", at: "2026-01-01T00:00:00.000Z" };
  await putRunFile(darkroom, `${run}copy/00000001.jsonl`, `${JSON.stringify(line)}\n`);
  await putRunFile(darkroom, `${run}fates/copy/00000001.jsonl`, `${JSON.stringify(fate)}\n`);
  const shard = `${run}copy/00000001.jsonl`;
  return invoke(darkroom, "CopyObjects", { ...requestOf(darkroom, "copied-again"), shard });
};

/** A listing that finds what an earlier attempt of its run left behind. */
export const listedAgain: Probe = async (darkroom) => {
  await makeBucket(darkroom, sourceOf(darkroom));
  await putRunFile(darkroom, "runs/again/copy/00000009.jsonl", "");
  return invoke(darkroom, "ListDifferences", { ...requestOf(darkroom, "again"), progress: null });
};

const requestOf = (darkroom: LocalDarkroom, name: string) => ({
  run: { prefix: `runs/${name}/`, startTime: "2026-01-01T00:00:00.000Z" },
  sync: { source: sourceOf(darkroom), destination: darkroom.output("landing_bucket"), prefix },
});

async function makeBucket({ s3 }: LocalDarkroom, Bucket: string): Promise<void> {
  try {
    await s3.send(new CreateBucketCommand({ Bucket }));
  } catch (error) {
    if ((error as Error).name !== "BucketAlreadyOwnedByYou") throw error;
  }
}

/** @returns its ETag, without quotes */
async function put(
  { s3 }: LocalDarkroom,
  Bucket: string,
  name: string,
  Body: string,
  Tagging?: string,
): Promise<string> {
  const { ETag = "" } = await s3.send(
    new PutObjectCommand({ Bucket, Key: `${prefix}${name}`, Body, Tagging }),
  );
  return ETag.replaceAll('"', "");
}

async function putInParts(
  { s3 }: LocalDarkroom,
  Bucket: string,
  name: string,
  Body: string,
): Promise<void> {
  const Key = `${prefix}${name}`;
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({
      Bucket,
      Key,
      ChecksumAlgorithm: "CRC32",
      ChecksumType: "FULL_OBJECT",
    }),
  );
  const { ETag, ChecksumCRC32 } = await s3.send(
    new UploadPartCommand({
      Bucket,
      Key,
      UploadId,
      PartNumber: 1,
      Body,
      ChecksumAlgorithm: "CRC32",
    }),
  );
  await s3.send(
    new CompleteMultipartUploadCommand({
      Bucket,
      Key,
      UploadId,
      ChecksumType: "FULL_OBJECT",
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag, ChecksumCRC32 }] },
    }),
  );
}

async function putRunFile({ s3, output }: LocalDarkroom, Key: string, Body: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: output("run_bucket"), Key, Body }));
}

/** @returns "an answer", or its error */
async function invoke(
  { lambda, output }: LocalDarkroom,
  functionName: string,
  input: object,
): Promise<string> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({
      FunctionName: output("start_function").replace("StartExecution", functionName),
      Payload: JSON.stringify(input),
    }),
  );
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString());
  return FunctionError === undefined ? "an answer" : `${answer.errorType}: ${answer.errorMessage}`;
}
