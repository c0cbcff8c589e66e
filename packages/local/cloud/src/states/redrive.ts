import { AwsError } from "../aws-error.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html#redrive-execution-eligibility */
const redrivableMs = 14 * 24 * 3600 * 1000;
const longestExecutionMs = 365 * 24 * 3600 * 1000;
/** One more says that it was redriven, and another one must have its place after that. */
const mostEvents = 24_999;
/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const mostRedrives = 1000;

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html: a request that is made again. */
export const rememberedTokens = 10;
export const tokenLifeMs = 15 * 60 * 1000;

/** What decides whether an execution can be redriven; dates in epoch milliseconds. */
export interface RedriveFacts {
  readonly status: string;
  readonly startDate: number;
  readonly stopDate?: number | undefined;
  readonly redriveCount: number;
  /** Of its machine; undefined when that is gone. */
  readonly machineStatus: "ACTIVE" | "DELETING" | undefined;
  readonly isChild: boolean;
  /** Asked for last: it has to be counted. */
  readonly eventCount: () => number;
}

export type RedriveStatus =
  | { readonly redriveStatus: "REDRIVABLE" | "REDRIVABLE_BY_MAP_RUN" }
  | { readonly redriveStatus: "NOT_REDRIVABLE"; readonly redriveStatusReason: string };

/** In AWS's words (https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html). */
export function redriveStatus(facts: RedriveFacts, now: number): RedriveStatus {
  const isOver = facts.status !== "RUNNING" && facts.status !== "SUCCEEDED";
  if (facts.isChild && isOver) return { redriveStatus: "REDRIVABLE_BY_MAP_RUN" };
  const redriveStatusReason = obstacle(facts, now);
  return redriveStatusReason === undefined
    ? { redriveStatus: "REDRIVABLE" }
    : { redriveStatus: "NOT_REDRIVABLE", redriveStatusReason };
}

/** Why RedriveExecution doesn't do it; undefined if it does. */
export function redriveObstacle(status: RedriveStatus): string | undefined {
  if (status.redriveStatus === "REDRIVABLE") return undefined;
  return status.redriveStatus === "NOT_REDRIVABLE"
    ? status.redriveStatusReason
    : "Execution is a child of a Map Run: redrive the execution that the Map stands in";
}

function obstacle(facts: RedriveFacts, now: number): string | undefined {
  const { status } = facts;
  if (status === "RUNNING" || status === "SUCCEEDED") {
    return `Execution is ${status} and cannot be redriven`;
  }
  if (facts.machineStatus === undefined) return "State machine does not exist";
  if (facts.machineStatus === "DELETING") return "State machine is in DELETING status";
  if (now - facts.startDate >= longestExecutionMs) {
    return "Execution has exceeded the max execution time";
  }
  if (now - (facts.stopDate ?? now) > redrivableMs) return "Execution redrivable period exceeded";
  if (facts.redriveCount >= mostRedrives) {
    return `Execution has been redriven ${mostRedrives} times`;
  }
  if (facts.eventCount() >= mostEvents) return "Execution history event limit exceeded";
  return undefined;
}

export const notRedrivable = (reason: string): AwsError =>
  new AwsError("ExecutionNotRedrivable", `Execution Not Redrivable: '${reason}'`);
