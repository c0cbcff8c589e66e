import { DescribeExecutionCommand, type SFNClient } from "@aws-sdk/client-sfn";

/** How an execution stands. */
export interface ExecutionEnd {
  readonly status: string;
  /** Undefined while it runs. */
  readonly stopDate: Date | undefined;
}

/** A row may hold anything that somebody wrote into it. */
const nowhere: ReadonlySet<string> = new Set(["ExecutionDoesNotExist", "InvalidArn"]);

/** @returns undefined when there is no such execution, or not any more (90 days after its end) */
export async function executionEnd(
  executionArn: string,
  sfn: SFNClient,
): Promise<ExecutionEnd | undefined> {
  try {
    const { status = "", stopDate } = await sfn.send(
      new DescribeExecutionCommand({ executionArn, includedData: "METADATA_ONLY" }),
    );
    return { status, stopDate };
  } catch (error) {
    if (error instanceof Error && nowhere.has(error.name)) return undefined;
    throw error;
  }
}
