import { createReadStream, type ReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { HeadObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { codeOf, Failure } from "../failure.ts";
import { mayPass } from "../service-error.ts";
import type { Pause } from "../watch/pause.ts";

/** The landing bucket, as far as uploading needs it. */
export interface PhotoStore {
  /**
   * Uploads a file, streamed from disk.
   * @returns the version that it became, and its bytes
   * @throws Failure when the file can't be read; what the service throws when it refuses or is away
   */
  put(
    key: string,
    path: string,
    signal: AbortSignal,
    metadata?: Readonly<Record<string, string>>,
  ): Promise<{ versionId: string; bytes: number }>;
  /** The newest version of a key; undefined when it was deleted. */
  newestVersion(key: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Enough for a cloud that is started anew meanwhile: some 25 s. */
const attempts = 12;
const firstPauseMs = 200;
const longestPauseMs = 3000;

/** A bucket without versions calls every one of them so. */
const onlyVersion = "null";

export function s3PhotoStore(client: S3Client, bucket: string, pause: Pause): PhotoStore {
  return {
    async put(key, path, signal, metadata = {}) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await putOnce(client, bucket, { key, path, metadata }, signal);
        } catch (error) {
          if (attempt === attempts || signal.aborted || !mayPass(error)) throw error;
          await pause(Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs), signal);
        }
      }
    },

    async newestVersion(key, signal) {
      try {
        const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), {
          abortSignal: signal,
        });
        return head.VersionId ?? onlyVersion;
      } catch (error) {
        if (error instanceof Error && error.name === "NotFound") return undefined;
        throw error;
      }
    },
  };
}

async function putOnce(
  client: S3Client,
  bucket: string,
  {
    key,
    path,
    metadata,
  }: { key: string; path: string; metadata: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<{ versionId: string; bytes: number }> {
  const file = await open(path).catch((error: unknown) => {
    throw new Failure(`it can't be read (${codeOf(error)})`);
  });
  let stream: ReadStream | undefined;
  try {
    const { size } = await file.stat();
    // A file that grows meanwhile is taken as it was; an empty one has nothing to stream.
    if (size > 0) stream = createReadStream(path, { fd: file, end: size - 1, autoClose: false });
    const answer = await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: stream ?? "",
        ContentLength: size,
        Metadata: metadata,
      }),
      { abortSignal: signal },
    );
    return { versionId: answer.VersionId ?? onlyVersion, bytes: size };
  } finally {
    stream?.destroy();
    await file.close();
  }
}
