import { createHash } from "node:crypto";
import {
  executionArn,
  executionName,
  type ImageItem,
  type ImageProcessingInput,
  noExecution,
  type PhotoReference,
} from "@darkroom/workflow";
import { lineOf } from "../failure.ts";
import { isTurnedDown } from "../service-error.ts";
import { decideRetry, type ExecutionFacts } from "./decide-retry.ts";
import { type PhotoRows, stateOf } from "./photo-rows.ts";

/** Step Functions and S3, as far as a retry needs them. */
export interface RetryCloud {
  readonly stateMachineArn: string;
  /** @returns undefined when there is no such execution */
  facts(executionArn: string): Promise<ExecutionFacts | undefined>;
  /** An execution of this name that is there already is no error. */
  start(name: string, input: ImageProcessingInput): Promise<void>;
  /** @returns why Step Functions can't redrive it, if so */
  redrive(executionArn: string, clientToken: string): Promise<{ obstacle?: string }>;
  /** Whether this very version is in the bucket. */
  hasObject(photo: PhotoReference): Promise<boolean>;
}

export interface RetryPorts {
  readonly rows: PhotoRows;
  readonly cloud: RetryCloud;
  now(): Date;
}

/** What a retry did; `waiting`: nothing, as the photo is being processed or was answered already. */
export type RetryMove = "redriven" | "started" | "waiting";

export type Retry =
  | { readonly move: RetryMove; readonly row: ImageItem }
  | { readonly refused: string; readonly row: ImageItem | undefined };

/**
 * Gives one photo a second go, once however many ask for it at the same time.
 *
 * 1. The row is written first, on condition that it is as it was read: of two retries one comes through,
 *    and a newer version's row is never touched.
 * 2. An execution is only started under a name that nobody had before the row was written, so one that
 *    is there then is the one that was meant. A redrive carries a token that stands for its number.
 * 3. A crash between row and start leaves a row PROCESSING or PENDING_REVIEW whose execution isn't there
 *    or has ended: another retry of that photo finds the same name or token, and changes nothing if it
 *    came through.
 *
 * @throws what the services throw while it reads; calling it again then goes on from there
 */
export async function retryPhoto(imageID: string, ports: RetryPorts): Promise<Retry> {
  const { rows, cloud } = ports;
  const row = await rows.read(imageID);
  if (row === undefined) return { refused: "its row was deleted", row };

  const facts = row.executionArn.startsWith("arn:")
    ? await cloud.facts(row.executionArn)
    : undefined;
  const decision = decideRetry(row, facts);
  if ("refused" in decision) return { ...decision, row };
  switch (decision.way) {
    case "wait":
      return { move: "waiting", row };
    case "redrive":
      return redrive(row, (facts?.redriveCount ?? 0) + 1, ports);
    case "start":
      return start(
        row,
        { ...row, executionArn: noExecution, status: "FAILED", ...neverStarted },
        ports,
      );
    case "fresh":
      return startAfresh(row, row, ports);
  }
}

/** The reason of a row whose start was cut off and then turned down. */
const neverStarted = { errReason: "its execution could not be started" };

async function redrive(row: ImageItem, redriveCount: number, ports: RetryPorts): Promise<Retry> {
  const { rows, cloud, now } = ports;
  const { executionArn } = row;
  const { errReason: _, ...state } = stateOf(row);
  // It goes on in the state that it ended in: behind the one that marks a photo as waiting for a person.
  const waits = row.moderation?.verdict === "suspect" && row.review === undefined;
  const status = waits ? "PENDING_REVIEW" : "PROCESSING";
  const open = await rows.replace(row, { ...state, status, redriveCount }, now());
  if (open === undefined) return overtaken(row, rows);
  try {
    const { obstacle } = await cloud.redrive(executionArn, tokenOf(executionArn, redriveCount));
    if (obstacle === undefined) return { move: "redriven", row: open };
  } catch (error) {
    return takeBack(open, row, error, ports);
  }
  // Somebody redrove it meanwhile, or its time has just run out.
  const facts = await cloud.facts(executionArn);
  if (facts?.status === "RUNNING") return { move: "waiting", row: open };
  return startAfresh(open, row, ports);
}

/** @param before what the row goes back to when its execution is refused */
async function startAfresh(row: ImageItem, before: ImageItem, ports: RetryPorts): Promise<Retry> {
  const { rows, cloud, now } = ports;
  const { stateMachineArn } = cloud;
  const photo = photoOf(row);
  if (!(await cloud.hasObject(photo))) {
    const refused = `the object is gone: version ${photo.versionId} of ${photo.s3key} is not in ${photo.s3bucket}`;
    if (row === before) return { refused, row };
    return { refused, row: (await rows.replace(row, stateOf(before), now())) ?? before };
  }

  let arn: string;
  let attempt = attemptOf(row.executionArn) + 1;
  for (; ; attempt += 1) {
    arn = executionArn(stateMachineArn, executionName(photo, attempt));
    if ((await cloud.facts(arn)) === undefined) break;
  }
  const open = await rows.replace(row, { executionArn: arn, status: "PROCESSING" }, now());
  if (open === undefined) return overtaken(row, rows);
  return start(open, before, ports);
}

/** Starts the execution that the row names. */
async function start(open: ImageItem, before: ImageItem, ports: RetryPorts): Promise<Retry> {
  const name = open.executionArn.slice(open.executionArn.lastIndexOf(":") + 1);
  try {
    await ports.cloud.start(name, { photo: photoOf(open) });
    return { move: "started", row: open };
  } catch (error) {
    return takeBack(open, before, error, ports);
  }
}

/** After a refusal the row goes back; without an answer the execution may run all the same. */
async function takeBack(
  open: ImageItem,
  before: ImageItem,
  error: unknown,
  { rows, now }: RetryPorts,
): Promise<Retry> {
  const line = lineOf(error);
  if (!isTurnedDown(error)) {
    return {
      refused: `no answer says whether it was started (${line}): retry it by its ID`,
      row: open,
    };
  }
  const row = (await rows.replace(open, stateOf(before), now())) ?? open;
  return { refused: `Step Functions refuses (${line})`, row };
}

/** Another retry or a newer version came between the read and the write: its answer is the photo's. */
async function overtaken(seen: ImageItem, rows: PhotoRows): Promise<Retry> {
  const row = await rows.read(seen.imageID);
  return row === undefined ? { refused: "its row was deleted", row } : { move: "waiting", row };
}

const attemptOf = (arn: string): number => Number(/-r(\d{1,9})$/.exec(arn)?.[1] ?? 0);

/** At most 64 characters, as RedriveExecution asks; the same for the same redrive. */
const tokenOf = (arn: string, redriveCount: number): string =>
  createHash("sha256").update(`${arn} ${redriveCount}`).digest("hex");

/** What start-execution gives the machine. `decideRetry` let no row through without its version. */
function photoOf(row: ImageItem): PhotoReference {
  const { imageID, albumID, userID, s3bucket, s3key, versionId = "", sequencer = "" } = row;
  return { imageID, albumID, userID, s3bucket, s3key, versionId, sequencer };
}
