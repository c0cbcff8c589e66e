import { TaskFailedError } from "../types.ts";
import { type FeatureCase, type FeatureCases, invoke, only, withOther } from "./feature-case.ts";

const large = "x".repeat(262_145);

/** A task that ends so, in a state that catches the name. */
const caught = (name: string, task: () => never | string, fields: object = {}): FeatureCase => ({
  definition: withOther({
    Type: "Task",
    Resource: invoke,
    ...fields,
    Catch: [{ ErrorEquals: [name], Next: "Other" }],
    End: true,
  }),
  tasks: () => ({ [invoke]: task }),
  output: "other",
});

const mine = (): never => {
  throw new TaskFailedError("Mine", "as told");
};

/** The names that Retry and Catch know, and what ends an execution. */
export const errorCases: FeatureCases = {
  "States.ALL": caught("States.ALL", mine),
  "States.TaskFailed": caught("States.TaskFailed", mine),
  "States.Timeout": {
    definition: withOther({
      Type: "Task",
      Resource: invoke,
      TimeoutSeconds: 1,
      Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Other" }],
      End: true,
    }),
    tasks: (clock) => ({ [invoke]: () => clock.sleep(5000).then(() => 1) }),
    output: "other",
    seconds: 1,
  },
  "States.HeartbeatTimeout": {
    definition: withOther({
      Type: "Task",
      Resource: invoke,
      HeartbeatSeconds: 1,
      Catch: [{ ErrorEquals: ["States.HeartbeatTimeout"], Next: "Other" }],
      End: true,
    }),
    tasks: (clock) => ({ [invoke]: () => clock.sleep(5000).then(() => 1) }),
    output: "other",
    seconds: 1,
  },
  "States.DataLimitExceeded": {
    definition: only({ Type: "Task", Resource: invoke }),
    tasks: () => ({ [invoke]: () => large }),
    status: "FAILED",
    error: "States.DataLimitExceeded",
  },
  "States.Runtime": {
    definition: withOther({
      Type: "Pass",
      InputPath: "$.nothing",
      Next: "Other",
    }),
    status: "FAILED",
    error: "States.Runtime",
  },
  "States.IntrinsicFailure": {
    definition: only({ Type: "Pass", Parameters: { "a.$": "States.ArrayLength('text')" } }),
    status: "FAILED",
    error: "States.Runtime",
  },
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const quotaCases: FeatureCases = {
  "quota-data": {
    definition: only({ Type: "Pass", Parameters: { "a.$": "States.Format('{}{}', $, $)" } }),
    input: "x".repeat(140_000),
    status: "FAILED",
    error: "States.DataLimitExceeded",
  },
  "quota-history": {
    definition: {
      StartAt: "A",
      States: { A: { Type: "Pass", Next: "B" }, B: { Type: "Choice", ...toA() }, C: end() },
    },
    input: 0,
    status: "FAILED",
    error: "States.Runtime",
    cause: "The execution reached the maximum number of history events (25000).",
  },
  "quota-name": {
    definition: {
      StartAt: "n".repeat(81),
      States: { ["n".repeat(81)]: { Type: "Succeed" } },
    },
    refused: "80",
  },
  "quota-range": {
    definition: only({ Type: "Pass", Parameters: { "a.$": "States.ArrayRange(1, 1001, 1)" } }),
    status: "FAILED",
    error: "States.Runtime",
  },
};

function toA(): object {
  return { Choices: [{ Variable: "$", NumericEquals: 0, Next: "A" }], Default: "C" };
}

function end(): object {
  return { Type: "Succeed" };
}
