import { type ApprovalTask, approvalTask } from "@darkroom/workflow";
import { Failure } from "../failure.ts";
import { parseJson } from "../parse-json.ts";
import type { Pause } from "../watch/pause.ts";
import type { ApprovalQueue } from "./approval-queue.ts";
import { workerNameOf } from "./reviewer.ts";

/** HeartbeatSeconds of SendToApproval: so long a claim lasts without a sign of life. */
export const leaseSeconds = 600;

/** A photo in the hand of one reviewer. */
export interface Claim {
  readonly taskToken: string;
  readonly task: ApprovalTask;
  /** When it ends unless it is decided or kept alive. */
  readonly deadline: Date;
}

export interface ClaimPorts {
  readonly queue: ApprovalQueue;
  /** The imageIDs of the photos that wait for a person or are with one. */
  pendingIds(): AsyncIterable<readonly string[]>;
  readonly pause: Pause;
  now(): Date;
  readonly signal: AbortSignal;
}

/** The row of a photo that was just decided says so once the execution has got on. */
const settlingMs = 5000;
const settlingPollMs = 250;

/**
 * Claims the photo that waits the longest.
 *
 * The queue itself keeps silent for a minute when it is empty: the table, where each photo that waits has
 * its row before it joins the queue, is asked first.
 * @param decided imageIDs that the caller has decided, whose rows may not say so yet
 * @returns undefined when nothing waits, or what waits is with others; or when the signal was aborted
 */
export async function claimPhoto(
  by: string,
  ports: ClaimPorts,
  decided: ReadonlySet<string> = new Set(),
): Promise<Claim | undefined> {
  const { queue, signal, now } = ports;
  if (!(await somethingWaits(ports, decided)) || signal.aborted) return undefined;
  const claimed = await queue.claim(workerNameOf(by), signal);
  if (claimed === undefined) return undefined;
  const { taskToken, input } = claimed;
  // Ctrl-C and the photo crossed on the way.
  if (signal.aborted) {
    await queue.release(taskToken, by);
    return undefined;
  }
  const task = approvalTask.safeParse(parseJson(input));
  if (!task.success) {
    await queue.release(taskToken, by);
    const [issue] = task.error.issues;
    throw new Failure(
      `What waits in the activity isn't what this version asks about (${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}): it was given back; use the version that it was started with`,
    );
  }
  return {
    taskToken,
    task: task.data,
    deadline: new Date(now().getTime() + leaseSeconds * 1000),
  };
}

/** What to say when nothing could be claimed: nothing waits, or what waits is with other reviewers. */
export async function nothingClaimedLine(pendingIds: ClaimPorts["pendingIds"]): Promise<string> {
  let held = 0;
  for await (const ids of pendingIds()) held += ids.length;
  if (held === 0) return "Nothing waits for a decision";
  return `Nothing is left to claim: ${held === 1 ? "1 photo is" : `${held} photos are`} with other reviewers, or claimed and left; what isn't decided waits again within 10 minutes`;
}

async function somethingWaits(
  { pendingIds, pause, now, signal }: ClaimPorts,
  decided: ReadonlySet<string>,
): Promise<boolean> {
  const begin = now().getTime();
  for (;;) {
    let any = false;
    for await (const ids of pendingIds()) {
      if (ids.some((id) => !decided.has(id))) return true;
      any ||= ids.length > 0;
    }
    if (!any || signal.aborted) return false;
    // Another version of a photo that was decided may wait as well: only the queue can tell.
    if (now().getTime() - begin >= settlingMs) return true;
    await pause(settlingPollMs, signal);
  }
}
