import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { s3Error } from "@darkroom/lambda";
import { jsonLinesType } from "./json-lines.ts";

/** In bytes: some 5,000 lines. */
const blockSize = 1024 ** 2;

/** The bucket of runs. Each call throws what {@link s3Error} makes of S3's errors. */
export interface RunStore {
  /** @returns undefined where there is none */
  get(key: string): Promise<string | undefined>;
  /**
   * For what is too large to hold: its bytes in blocks, each by a request of its own, so that a reader may
   * take its time. Nothing where there is none.
   * @throws S3's `PreconditionFailed` when the object is replaced on the way
   */
  blocks(key: string): AsyncGenerator<Uint8Array>;
  /** Writes an object, or replaces it; without a type it is JSON lines. */
  put(key: string, text: string, contentType?: string): Promise<void>;
  /** The keys under a prefix that stand behind `after`, in order. */
  keysAfter(prefix: string, after: string): AsyncIterable<string>;
  delete(key: string): Promise<void>;
  /** `s3://bucket/key` */
  locationOf(key: string): string;
}

/** Sends a request, perhaps several times. */
type Sending = <T>(send: (options: { abortSignal?: AbortSignal }) => Promise<T>) => Promise<T>;

/** @param sending for a client that doesn't retry by itself; otherwise each request is sent once */
export function runStore(
  s3: S3Client,
  bucket: string,
  sending: Sending = (send) => send({}),
): RunStore {
  async function named<T>(key: string, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw s3Error(error, { bucket, key });
    }
  }

  async function found<T>(key: string, answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchKey") return undefined;
      throw s3Error(error, { bucket, key });
    }
  }

  const address = (key: string) => ({ Bucket: bucket, Key: key });

  return {
    get: (key) =>
      found(
        key,
        // The body is read within the attempt: it can break off as the head can.
        sending(async (options) => {
          const { Body } = await s3.send(new GetObjectCommand(address(key)), options);
          return (await Body?.transformToString()) ?? "";
        }),
      ),

    async *blocks(key) {
      let at = 0;
      let size = 1;
      let etag: string | undefined;
      while (at < size) {
        const request: GetObjectCommandInput = {
          ...address(key),
          Range: `bytes=${at}-${at + blockSize - 1}`,
          ...(etag === undefined ? {} : { IfMatch: etag }),
        };
        const block = await found(
          key,
          sending(async (options) => {
            const answer = await s3.send(new GetObjectCommand(request), options);
            const bytes = await answer.Body?.transformToByteArray();
            return { bytes: bytes ?? new Uint8Array(), answer };
          }),
        );
        if (block === undefined) return;
        yield block.bytes;
        at += block.bytes.byteLength;
        // `bytes first-last/size`
        size = Number(block.answer.ContentRange?.split("/").at(-1) ?? at);
        etag = block.answer.ETag;
      }
    },

    async put(key, text, contentType = jsonLinesType) {
      const Body = Buffer.from(text);
      const command = () =>
        new PutObjectCommand({ ...address(key), Body, ContentType: contentType });
      await named(
        key,
        sending((options) => s3.send(command(), options)),
      );
    },

    async *keysAfter(prefix, after) {
      let token: string | undefined;
      do {
        const request = {
          Bucket: bucket,
          Prefix: prefix,
          ...(after === "" ? {} : { StartAfter: after }),
          ContinuationToken: token,
        };
        const { Contents = [], NextContinuationToken } = await named(
          prefix,
          sending((options) => s3.send(new ListObjectsV2Command(request), options)),
        );
        for (const { Key } of Contents) if (Key !== undefined) yield Key;
        token = NextContinuationToken;
      } while (token !== undefined);
    },

    async delete(key) {
      await named(
        key,
        sending((options) => s3.send(new DeleteObjectCommand(address(key)), options)),
      );
    },

    locationOf: (key) => `s3://${bucket}/${key}`,
  };
}
