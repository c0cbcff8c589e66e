import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  GetActivityTaskCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
} from "@aws-sdk/client-sfn";
import { paginateScan } from "@aws-sdk/lib-dynamodb";
import {
  type ApprovalTask,
  approvalErrors,
  approvalTask,
  type ImageItem,
  type ReviewDecision,
  reviewDecision,
} from "@darkroom/workflow";
import type { DarkroomProcess, Finished } from "./darkroom-process.ts";
import { photo } from "./odd-files.ts";

/**
 * Uploads a photo with the verdict that the local Rekognition is to give, a title and a tag.
 * @param key without white space: such a photo is sent as bytes, which have no metadata
 */
export async function putPinned(
  darkroom: DarkroomProcess,
  key: string,
  verdict: "clean" | "suspect" | "inappropriate",
): Promise<void> {
  await darkroom.clients.s3.send(
    new PutObjectCommand({
      Bucket: darkroom.variable("DARKROOM_LANDING_BUCKET"),
      Key: key,
      Body: await photoBytes(),
      ContentType: "image/jpeg",
      Metadata: { "darkroom-moderation": verdict, title: "Beach" },
      Tagging: "trip=summer",
    }),
  );
}

let bytes: Promise<Buffer> | undefined;
/** What every photo here is made of. */
export function photoBytes(): Promise<Buffer> {
  bytes ??= photo({});
  return bytes;
}

/** True once nothing more happens to a photo by itself or by a reviewer. */
export const isDecided = (row: ImageItem | undefined): boolean =>
  row !== undefined && row.status !== "PROCESSING" && row.status !== "PENDING_REVIEW";

/** True while a photo waits for a person. */
export const isPending = (row: ImageItem | undefined): boolean => row?.status === "PENDING_REVIEW";

/** The row of a key, once `ready` says that it will do. */
export async function rowOf(
  darkroom: DarkroomProcess,
  key: string,
  ready: (row: ImageItem | undefined) => boolean,
): Promise<ImageItem> {
  const row = (await darkroom.rowsWhen([key], ready)).get(key);
  if (row === undefined) throw new Error(`no row for ${key}`);
  return row;
}

/** All that was decided, in no order. */
export async function readDecisions(darkroom: DarkroomProcess): Promise<ReviewDecision[]> {
  const decisions: ReviewDecision[] = [];
  const TableName = darkroom.variable("DARKROOM_DECISION_TABLE");
  for await (const page of paginateScan({ client: darkroom.clients.dynamodb }, { TableName })) {
    for (const item of page.Items ?? []) decisions.push(reviewDecision.parse(item));
  }
  return decisions;
}

export interface Claimed {
  readonly taskToken: string;
  readonly task: ApprovalTask;
}

/** What waits the longest; undefined when nothing came within a minute, or the signal was aborted. */
export async function claim(
  darkroom: DarkroomProcess,
  workerName: string,
  abortSignal?: AbortSignal,
): Promise<Claimed | undefined> {
  try {
    const { taskToken, input } = await darkroom.clients.sfn.send(
      new GetActivityTaskCommand({
        activityArn: darkroom.variable("DARKROOM_APPROVAL_ACTIVITY_ARN"),
        workerName,
      }),
      abortSignal === undefined ? {} : { abortSignal },
    );
    if (!taskToken || input === undefined) return undefined;
    return { taskToken, task: approvalTask.parse(JSON.parse(input)) };
  } catch (error) {
    if (abortSignal?.aborted === true) return undefined;
    throw error;
  }
}

/** @param denial why; without it the photo is approved */
export async function decide(
  darkroom: DarkroomProcess,
  taskToken: string,
  by: string,
  denial?: string,
): Promise<void> {
  const { sfn } = darkroom.clients;
  if (denial === undefined) {
    const output = JSON.stringify({ by });
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output }));
  } else {
    const cause = JSON.stringify({ by, reason: denial });
    const [error] = approvalErrors.denied;
    await sfn.send(new SendTaskFailureCommand({ taskToken, error, cause }));
  }
}

/**
 * A reviewer who decides whatever comes, until the signal is aborted.
 * @param denialOf why a key is denied; undefined approves
 * @returns the keys whose decision was taken, in order; a claim that ran out is somebody else's
 */
export async function reviewAll(
  darkroom: DarkroomProcess,
  by: string,
  denialOf: (key: string) => string | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const keys: string[] = [];
  while (!signal.aborted) {
    const claimed = await claim(darkroom, by, signal);
    if (claimed === undefined) continue;
    const { s3key } = claimed.task.photo;
    try {
      await decide(darkroom, claimed.taskToken, by, denialOf(s3key));
      keys.push(s3key);
    } catch (error) {
      if ((error as Error).name !== "TaskTimedOut") throw error;
    }
  }
  return keys;
}

/** Runs a Bash script as somebody does who has evaluated `darkroom env`; the AWS CLI is the system's. */
export async function runScript(
  darkroom: DarkroomProcess,
  script: string,
  args: readonly string[] = [],
): Promise<Finished> {
  const { stdout: env } = await darkroom.run(["env"]);
  const child = spawn("/bin/bash", ["-c", `${env}\n${script}`, "bash", ...args], {
    env: {
      // Other programs are called `aws` too.
      PATH: `/usr/bin:/bin:${process.env.PATH}`,
      HOME: darkroom.dataDirectory,
      DARKROOM_REVIEWER: "ann",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { code, stdout, stderr };
}
