import { join } from "node:path";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetQueueUrlCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { ImageItem } from "@darkroom/workflow";
import { DarkroomProcess, isTerminal, type ProcessOptions } from "../darkroom-process.ts";
import { type VariedFile, variedFiles } from "./varied-files.ts";

/** A system for one test of a disaster, and what such a test asks of it. */
export interface OwnDarkroom extends AsyncDisposable {
  readonly process: DarkroomProcess;
  readonly dataFolder: string;
  put(file: Pick<VariedFile, "key" | "bytes">): Promise<string>;
  get(key: string): Promise<Buffer>;
  /** The rows of keys once all have come to their end. */
  ends(keys: readonly string[], timeoutMs?: number): Promise<Map<string, ImageItem>>;
  /** An event whose handling failed comes again after the queue's visibility timeout: three minutes, and 20 s after this. */
  shortenVisibility(): Promise<void>;
}

export async function ownDarkroom(options: ProcessOptions = {}): Promise<OwnDarkroom> {
  const process = await DarkroomProcess.create({ ownGroup: true, ...options });
  const bucket = (): string => process.variable("DARKROOM_LANDING_BUCKET");
  return {
    process,
    dataFolder: join(process.dataDirectory, "data"),
    async put({ key, bytes }) {
      const { VersionId = "" } = await process.clients.s3.send(
        new PutObjectCommand({ Bucket: bucket(), Key: key, Body: bytes }),
      );
      return VersionId;
    },
    async get(key) {
      const { Body } = await process.clients.s3.send(
        new GetObjectCommand({ Bucket: bucket(), Key: key }),
      );
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    ends: (keys, timeoutMs) => process.rowsWhen(keys, isTerminal, timeoutMs),
    async shortenVisibility() {
      const { sqs } = process.clients;
      const { QueueUrl } = await sqs.send(
        new GetQueueUrlCommand({ QueueName: "darkroom-dev-photo-events" }),
      );
      const Attributes = { VisibilityTimeout: "20" };
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    },
    [Symbol.asyncDispose]: () => process.remove(),
  };
}

/** Photos that are READY in the end, the larger ones in files of their own. */
export const goodPhotos = async (count: number, seed: number): Promise<VariedFile[]> =>
  (await variedFiles(count * 2, seed)).filter(({ status }) => status === "READY").slice(0, count);
