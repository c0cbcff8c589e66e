import type { Grant } from "./grants.ts";

/** What is allowed for AWS's sake: the same call is never made, or never decided, on a laptop. The reason stands beside the statement in apps/infra too. */
const reasons: readonly {
  readonly statement: string;
  readonly actions: readonly string[];
  readonly holders?: readonly string[];
  readonly reason: string;
}[] = [
  {
    statement: "WriteTraces",
    actions: ["xray:PutTelemetryRecords"],
    reason: "X-Ray's counts of what was traced are missing; there is no X-Ray here",
  },
  {
    statement: "WriteTraces",
    holders: ["image-processing", "sync-buckets"],
    actions: ["xray:PutTraceSegments", "xray:GetSamplingRules", "xray:GetSamplingTargets"],
    reason: "executions are not traced; there is no X-Ray here",
  },
  {
    statement: "FollowShards",
    actions: ["states:DescribeExecution", "states:StopExecution"],
    reason: "a Map Run follows its children without calls here",
  },
  {
    statement: "WriteCopies",
    actions: ["s3:AbortMultipartUpload"],
    reason: "only a copy above 5 GB has parts, and one that broke off is not left behind",
  },
  {
    statement: "WriteReport",
    actions: ["s3:AbortMultipartUpload"],
    reason: "only a report above 8 MB has parts, and one that broke off is not left behind",
  },
  {
    statement: "RememberCopied",
    actions: ["s3:AbortMultipartUpload"],
    reason: "only a manifest above 8 MB has parts, and one that broke off is not left behind",
  },
];

/** Why an action is allowed although nothing here asks for it; undefined where something does. */
export function onlyOnAws({ holder, statement }: Grant, action: string): string | undefined {
  return reasons.find(
    (one) =>
      one.statement === statement &&
      one.actions.includes(action) &&
      (one.holders === undefined || one.holders.includes(holder)),
  )?.reason;
}
