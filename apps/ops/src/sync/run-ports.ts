import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type SFNClient,
} from "@aws-sdk/client-sfn";
import { parseLines } from "@darkroom/run-files";
import { fateLine } from "@darkroom/sync-workflow";
import type { FatesFiles } from "./fates-so-far.ts";
import type { WatchRunPorts } from "./watch-run.ts";

/** Enough for a pass of the listing, three events for the function and four for the states around it. */
const eventsPerLook = 20;

/** How an execution is seen from outside. */
export function executionPorts(
  sfn: SFNClient,
  executionArn: string,
): Pick<WatchRunPorts, "end" | "latestEvents"> {
  return {
    async end(abortSignal) {
      const { status, output, error, cause, startDate, stopDate } = await sfn.send(
        new DescribeExecutionCommand({ executionArn }),
        { abortSignal },
      );
      if (
        status !== "SUCCEEDED" &&
        status !== "FAILED" &&
        status !== "TIMED_OUT" &&
        status !== "ABORTED"
      ) {
        return undefined;
      }
      const startMs = startDate?.getTime() ?? 0;
      return {
        status,
        startMs,
        stopMs: stopDate?.getTime() ?? startMs,
        ...(output === undefined ? {} : { output }),
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      };
    },

    async latestEvents(abortSignal) {
      const { events = [] } = await sfn.send(
        new GetExecutionHistoryCommand({
          executionArn,
          reverseOrder: true,
          maxResults: eventsPerLook,
        }),
        { abortSignal },
      );
      return events;
    },
  };
}

export function s3FatesFiles(s3: S3Client, bucket: string, folder: string): FatesFiles {
  return {
    async listAfter(key, abortSignal) {
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, StartAfter: key }),
        { abortSignal },
      );
      return Contents.map(({ Key = "", ETag = "" }) => ({ key: Key, etag: ETag }));
    },

    async read(key, abortSignal) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
        abortSignal,
      });
      return parseLines(fateLine, (await Body?.transformToString()) ?? "");
    },
  };
}
