import type { StatusChange } from "./store.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html; times in milliseconds. */
export function statusChangeEvent({ execution }: StatusChange) {
  const { status, startDate, stopDate, output } = execution;
  const hasEndedBadly = status !== "RUNNING" && status !== "SUCCEEDED";
  const redrivable = execution.mapRunArn === undefined ? "REDRIVABLE" : "REDRIVABLE_BY_MAP_RUN";
  return {
    source: "aws.states",
    "detail-type": "Step Functions Execution Status Change",
    resources: [execution.executionArn],
    time: stopDate ?? execution.redriveDate ?? startDate,
    detail: {
      executionArn: execution.executionArn,
      stateMachineArn: execution.stateMachineArn,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      name: execution.name,
      status,
      startDate,
      stopDate: stopDate ?? null,
      input: execution.input,
      output: output ?? null,
      error: execution.error ?? null,
      cause: execution.cause ?? null,
      inputDetails: { included: true },
      outputDetails: output === undefined ? null : { included: true },
      redriveCount: execution.redriveCount,
      redriveDate: execution.redriveDate ?? null,
      redriveStatus: hasEndedBadly ? redrivable : "NOT_REDRIVABLE",
      redriveStatusReason: hasEndedBadly ? null : `Execution is ${status} and cannot be redriven`,
    },
  };
}
