import {
  DescribeExecutionCommand,
  paginateGetExecutionHistory,
  type SFNClient,
} from "@aws-sdk/client-sfn";
import type { ExecutionFacts } from "./decide-retry.ts";

/** @returns undefined when there is no such execution, or not any more (90 days after its end) */
export async function readExecutionFacts(
  executionArn: string,
  sfn: SFNClient,
): Promise<ExecutionFacts | undefined> {
  try {
    const { status, redriveStatus, redriveCount } = await sfn.send(
      new DescribeExecutionCommand({ executionArn }),
    );
    if (status === undefined) throw new Error(`${executionArn} has no status`);
    const redrivable = redriveStatus === "REDRIVABLE";
    return {
      status,
      redrivable,
      redriveCount: redriveCount ?? 0,
      // Only asked where it decides: a history may be long.
      caught: redrivable && (await endedCaught(executionArn, sfn)),
    };
  } catch (error) {
    if (error instanceof Error && error.name === "ExecutionDoesNotExist") return undefined;
    throw error;
  }
}

/**
 * Whether the state that was entered last is a Fail state or stands behind a Catch: the machine keeps
 * what it caught in `$.failure`, which is in the input of every state on the way to its end.
 */
async function endedCaught(executionArn: string, sfn: SFNClient): Promise<boolean> {
  for await (const page of paginateGetExecutionHistory(
    { client: sfn, pageSize: 100 },
    { executionArn, reverseOrder: true, includeExecutionData: true },
  )) {
    for (const { type, stateEnteredEventDetails } of page.events ?? []) {
      if (stateEnteredEventDetails === undefined) continue;
      return type === "FailStateEntered" || hasFailure(stateEnteredEventDetails.input);
    }
  }
  return false;
}

function hasFailure(input: string | undefined): boolean {
  if (input === undefined) return false;
  const value: unknown = JSON.parse(input);
  return typeof value === "object" && value !== null && Object.hasOwn(value, "failure");
}
