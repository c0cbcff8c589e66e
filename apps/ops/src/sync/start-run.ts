import { randomBytes } from "node:crypto";
import { type SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { SyncRequest } from "@darkroom/sync-workflow";
import { executionArn } from "@darkroom/workflow";

/** `sync-20260101T120000-1a2b3c4d`: also the name of the run's folder. */
export function runNameAt(now: Date, random: string = randomBytes(4).toString("hex")): string {
  const time = now.toISOString().slice(0, 19).replace(/[-:]/g, "");
  return `sync-${time}-${random}`;
}

/** Where a run's files begin in the bucket of runs, as the machine's PrepareRun has it. */
export function runFolder(name: string): string {
  return `runs/${name}/`;
}

/**
 * Starts the sync machine. Called again with the same name it starts nothing more, so that a call whose
 * answer was lost can be made again.
 * @returns the execution's ARN
 */
export async function startRun(
  sfn: SFNClient,
  stateMachineArn: string,
  name: string,
  request: SyncRequest,
): Promise<string> {
  try {
    await sfn.send(
      new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(request) }),
    );
  } catch (error) {
    // It has ended already: the first call did start it.
    if (!(error instanceof Error) || error.name !== "ExecutionAlreadyExists") throw error;
  }
  return executionArn(stateMachineArn, name);
}
