import { type ImageItem, noExecution, parseIncomingKey } from "@darkroom/workflow";

/** What is known of the execution that a row names; undefined where there is none, or not any more. */
export interface ExecutionFacts {
  readonly status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";
  /** Whether Step Functions would redrive it: for 14 days after its end, if it didn't succeed. */
  readonly redrivable: boolean;
  /** How often it was redriven. */
  readonly redriveCount: number;
  /** It ended on the way that the machine takes after it caught a failure. */
  readonly caught: boolean;
}

/** How a photo gets a second go. */
export type RetryWay =
  /** On in the same execution, from the state that it ended in. */
  | "redrive"
  /** A new execution under the next attempt's name. */
  | "fresh"
  /** The execution that the row names already and that isn't there: its start was cut off. */
  | "start"
  /** Nothing but waiting: it runs, or came to another answer meanwhile. */
  | "wait";

export type RetryDecision = { readonly way: RetryWay } | { readonly refused: string };

/**
 * Says how a photo is retried.
 *
 * - A redrive goes on in the state that failed, with what was done before kept. It helps against what no
 *   Catch saw: the execution was aborted or timed out, or a state failed without a handler.
 * - A caught failure ended in a Fail state or on the way there, and a redrive would only run that again
 *   (https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html): it starts afresh.
 */
export function decideRetry(row: ImageItem, execution: ExecutionFacts | undefined): RetryDecision {
  switch (row.status) {
    case "READY":
      return { way: "wait" };
    case "PENDING_REVIEW":
      // Of an execution that has ended nobody can decide: its redrive was cut off.
      if (execution?.status !== "RUNNING") break;
      return { refused: "a person has to decide about it" };
    case "REJECTED":
      return { refused: "it was rejected, which stands" };
    default:
  }
  if (row.versionId === undefined || row.sequencer === undefined) {
    return { refused: "its row doesn't say which version of the object it is" };
  }
  if (parseIncomingKey(row.s3key) === undefined) {
    return { refused: "its key names no user and album: upload it under another key" };
  }
  if (execution === undefined) {
    const cutOff = row.status === "PROCESSING" && row.executionArn !== noExecution;
    return { way: cutOff ? "start" : "fresh" };
  }
  switch (execution.status) {
    case "RUNNING":
    case "PENDING_REDRIVE":
      return { way: "wait" };
    case "SUCCEEDED":
      return { way: "fresh" };
    default:
      return { way: execution.redrivable && !execution.caught ? "redrive" : "fresh" };
  }
}
