import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { DarkroomProcess } from "../darkroom-process.ts";
import type { VariedFile } from "./varied-files.ts";

/** Puts files into the landing bucket and keeps account of what was acknowledged. */
export interface Uploader {
  /** The version that each acknowledged upload was told to be. */
  readonly acknowledged: ReadonlyMap<VariedFile, string>;
  /** Those whose answer never came: they may be there or not. */
  readonly unanswered: ReadonlySet<VariedFile>;
  /** Answers that said no, which a whole upload is never to get. */
  readonly refusals: readonly string[];
  /** Tries each file that isn't acknowledged yet once; resolves when all have an answer or none is to come. */
  run(): Promise<void>;
}

const uploadsAtOnce = 16;

/** @param once of which files no second try is made */
export function createUploader(
  darkroom: DarkroomProcess,
  files: readonly VariedFile[],
  once: (file: VariedFile) => boolean,
): Uploader {
  const acknowledged = new Map<VariedFile, string>();
  const unanswered = new Set<VariedFile>();
  const tried = new Set<VariedFile>();
  const refusals: string[] = [];

  return {
    acknowledged,
    unanswered,
    refusals,
    async run() {
      const s3 = new S3Client({
        endpoint: darkroom.variable("AWS_ENDPOINT_URL"),
        region: darkroom.variable("AWS_REGION"),
        credentials: {
          accessKeyId: darkroom.variable("AWS_ACCESS_KEY_ID"),
          secretAccessKey: darkroom.variable("AWS_SECRET_ACCESS_KEY"),
        },
        forcePathStyle: true,
        // One try, one answer: a second try within the SDK would hide what became of the first.
        maxAttempts: 1,
      });
      const Bucket = darkroom.variable("DARKROOM_LANDING_BUCKET");
      const left = files.filter(
        (file) => !acknowledged.has(file) && !(tried.has(file) && once(file)),
      );
      const work = async (): Promise<void> => {
        for (let file = left.shift(); file !== undefined; file = left.shift()) {
          try {
            tried.add(file);
            const { VersionId = "" } = await s3.send(
              new PutObjectCommand({ Bucket, Key: file.key, Body: file.bytes }),
            );
            acknowledged.set(file, VersionId);
            unanswered.delete(file);
          } catch (error) {
            unanswered.add(file);
            if (isRefusal(error)) refusals.push(`${file.key} was refused: ${error}`);
            // It was killed: the others would fail in the same way.
            else left.length = 0;
          }
        }
      };
      try {
        await Promise.all(Array.from({ length: uploadsAtOnce }, work));
      } finally {
        s3.destroy();
      }
    },
  };
}

const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  "$metadata" in error &&
  typeof (error.$metadata as { httpStatusCode?: number }).httpStatusCode === "number";
