import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { reportLinesKey, reportPageKey, summaryKey } from "@darkroom/run-files";
import { fateLine } from "@darkroom/sync-workflow";
import { parseJson } from "../parse-json.ts";
import { runFolder } from "./start-run.ts";
import type { FailedObject, RunRemains } from "./sync-outcome.ts";

/**
 * The files of a run that has ended.
 * @param name of the execution
 * @param pagesFolder where copies of report pages are kept
 */
export function s3RunRemains(
  s3: S3Client,
  { bucket, name, pagesFolder }: { bucket: string; name: string; pagesFolder: string },
): RunRemains {
  const run = { prefix: runFolder(name) };
  const open = async (key: string): Promise<Readable | undefined> => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Body as Readable;
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchKey") return undefined;
      throw error;
    }
  };

  return {
    async readSummary() {
      const body = await open(summaryKey(run));
      return body === undefined ? undefined : Buffer.concat(await body.toArray()).toString();
    },

    async readFailures(most) {
      const body = await open(reportLinesKey(run));
      const failures: FailedObject[] = [];
      if (body === undefined) return failures;
      for await (const line of createInterface({ input: body, crlfDelay: Infinity })) {
        // Most lines are of objects that were copied: they need no parsing.
        if (!line.includes('"failed"')) continue;
        const fate = fateLine.safeParse(parseJson(line));
        if (!fate.success || fate.data.fate !== "failed") continue;
        const { key, error = "Error", message = "" } = fate.data;
        failures.push({ key, error, message });
        if (failures.length === most) break;
      }
      body.destroy();
      return failures;
    },

    async fetchReport() {
      const body = await open(reportPageKey(run));
      if (body === undefined) return undefined;
      await mkdir(pagesFolder, { recursive: true, mode: 0o700 });
      const path = join(pagesFolder, `${name}.html`);
      await pipeline(body, createWriteStream(path, { mode: 0o600 }));
      return path;
    },
  };
}
