import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { type SyncRequest, type SyncSummary, syncSummary } from "@darkroom/sync-workflow";
import type { DarkroomProcess } from "../test/darkroom-process.ts";

type Request = Pick<SyncRequest, "source" | "destination"> & Partial<SyncRequest>;

/** Starts the sync machine. @returns the execution's ARN */
export async function startSync(darkroom: DarkroomProcess, request: Request): Promise<string> {
  const { executionArn = "" } = await darkroom.clients.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: darkroom.variable("DARKROOM_SYNC_MACHINE_ARN"),
      input: JSON.stringify(request),
    }),
  );
  return executionArn;
}

/** Runs the sync machine to its end. @throws Error when that isn't success */
export async function runSync(darkroom: DarkroomProcess, request: Request): Promise<SyncSummary> {
  const executionArn = await startSync(darkroom, request);
  for (;;) {
    const execution = await describeSync(darkroom, executionArn);
    if (execution.status !== "RUNNING") return summaryOf(execution);
    await sleep(25);
  }
}

export const describeSync = (
  darkroom: DarkroomProcess,
  executionArn: string,
): Promise<DescribeExecutionCommandOutput> =>
  darkroom.clients.sfn.send(new DescribeExecutionCommand({ executionArn }));

/** @throws Error for an execution that didn't succeed */
export function summaryOf(execution: DescribeExecutionCommandOutput): SyncSummary {
  const { status, error, cause, output = "" } = execution;
  if (status !== "SUCCEEDED") throw new Error(`the sync is ${status}: ${error}: ${cause}`);
  return syncSummary.parse(JSON.parse(output));
}
