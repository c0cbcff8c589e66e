import { TaskFailedError } from "../types.ts";
import { type FeatureCases, invoke, lambda, only, withOther } from "./feature-case.ts";

const activity = "arn:aws:states:us-east-1:111111111111:activity:label";
const startExecution = "arn:aws:states:::states:startExecution";

const failing = () => ({
  [invoke]: () => {
    throw new TaskFailedError("Mine", "as told");
  },
});

/** The types of state but Choice and Map, each with its fields. */
export const stateCases: FeatureCases = {
  pass: { definition: only({ Type: "Pass" }), input: null, output: null },
  "pass-result": { definition: only({ Type: "Pass", Result: [0, ""] }), output: [0, ""] },
  "pass-large-number": {
    definition:
      '{"StartAt":"S","States":{"S":{"Type":"Pass","Result":9007199254740993,"End":true}}}',
    output: 2 ** 53,
  },
  "pass-parameters": {
    definition: only({ Type: "Pass", Parameters: { "a.$": "$.n", b: "$.n" } }),
    input: { n: 1 },
    output: { a: 1, b: "$.n" },
  },
  "pass-result-path": {
    definition: only({ Type: "Pass", Result: 2, ResultPath: "$.a.b" }),
    input: { n: 1 },
    output: { n: 1, a: { b: 2 } },
  },

  task: { definition: only({ Type: "Task", Resource: invoke }), input: 1, output: 1 },
  "task-function": {
    definition: only({ Type: "Task", Resource: lambda }),
    input: "in",
    output: "in",
    event: { type: "LambdaFunctionSucceeded" },
  },
  "task-parameters": {
    definition: only({ Type: "Task", Resource: invoke, Parameters: { "a.$": "$.n" } }),
    input: { n: 1 },
    output: { a: 1 },
  },
  "task-result-selector": {
    definition: only({ Type: "Task", Resource: invoke, ResultSelector: { "got.$": "$.n" } }),
    input: { n: 1 },
    output: { got: 1 },
  },
  "task-result-path": {
    definition: only({ Type: "Task", Resource: invoke, InputPath: "$.n", ResultPath: "$.r" }),
    input: { n: 1 },
    output: { n: 1, r: 1 },
  },
  "task-result-path-null": {
    definition: only({ Type: "Task", Resource: invoke, InputPath: "$.n", ResultPath: null }),
    input: { n: 1 },
    output: { n: 1 },
  },
  "task-timeout": {
    definition: only({ Type: "Task", Resource: invoke, TimeoutSeconds: 5 }),
    tasks: (clock) => ({ [invoke]: () => clock.sleep(60_000).then(() => 1) }),
    status: "FAILED",
    error: "States.Timeout",
    seconds: 5,
  },
  "task-timeout-path": {
    definition: only({ Type: "Task", Resource: invoke, TimeoutSecondsPath: "$.s" }),
    input: { s: 7 },
    tasks: (clock) => ({ [invoke]: () => clock.sleep(60_000).then(() => 1) }),
    status: "FAILED",
    error: "States.Timeout",
    seconds: 7,
  },
  "task-heartbeat": {
    definition: only({ Type: "Task", Resource: invoke, HeartbeatSeconds: 3, TimeoutSeconds: 60 }),
    tasks: (clock) => ({
      [invoke]: async (_, { onHeartbeat }) => {
        await clock.sleep(2000);
        onHeartbeat();
        await clock.sleep(60_000);
        return 1;
      },
    }),
    status: "FAILED",
    error: "States.Timeout",
    seconds: 5,
  },
  "task-heartbeat-path": {
    definition: only({ Type: "Task", Resource: invoke, HeartbeatSecondsPath: "$.s" }),
    input: { s: 4 },
    tasks: (clock) => ({ [invoke]: () => clock.sleep(60_000).then(() => 1) }),
    status: "FAILED",
    error: "States.Timeout",
    seconds: 4,
  },
  "task-activity": {
    definition: only({ Type: "Task", Resource: activity }),
    input: 1,
    activities: { [activity]: (input) => [input] },
    output: [1],
    event: { type: "ActivitySucceeded" },
  },
  "task-token": {
    definition: only({
      Type: "Task",
      Resource: `${invoke}.waitForTaskToken`,
      Parameters: { "token.$": "$$.Task.Token" },
      ResultSelector: { "by.$": "$" },
    }),
    tasks: (clock) => ({
      [`${invoke}.waitForTaskToken`]: (_, { settle }) => {
        void clock.sleep(60_000).then(() => settle({ output: "the worker" }));
        return "the call";
      },
    }),
    output: { by: "the worker" },
    event: { type: "TaskSubmitted" },
    seconds: 60,
  },
  "task-token-fails": {
    definition: withOther({
      Type: "Task",
      Resource: `${invoke}.waitForTaskToken`,
      Catch: [{ ErrorEquals: ["Mine"], Next: "Other" }],
      End: true,
    }),
    tasks: (clock) => ({
      [`${invoke}.waitForTaskToken`]: (_, { settle }) => {
        void clock.sleep(1000).then(() => settle({ error: "Mine" }));
        return 0;
      },
    }),
    output: "other",
  },
  "task-sync": {
    definition: only({ Type: "Task", Resource: `${startExecution}.sync` }),
    jobs: { [`${startExecution}.sync`]: () => "ended" },
    output: "ended",
    event: { type: "TaskSubmitted" },
  },
  "task-sync-2": {
    definition: only({ Type: "Task", Resource: `${startExecution}.sync:2` }),
    jobs: { [`${startExecution}.sync:2`]: () => ({ Output: "ended" }) },
    output: { Output: "ended" },
    event: { type: "TaskSubmitted" },
  },
  "task-credentials": {
    definition: only({
      Type: "Task",
      Resource: invoke,
      Credentials: { RoleArn: "arn:aws:iam::111111111111:role/other" },
    }),
    tasks: () => ({ [invoke]: (_, { roleArn }) => roleArn }),
    output: "arn:aws:iam::111111111111:role/other",
  },

  wait: {
    definition: only({ Type: "Wait", Seconds: 86_400 }),
    input: 0,
    output: 0,
    seconds: 86_400,
  },
  "wait-seconds-path": {
    definition: only({ Type: "Wait", SecondsPath: "$.s" }),
    input: { s: 9 },
    output: { s: 9 },
    seconds: 9,
  },
  "wait-timestamp": {
    definition: only({ Type: "Wait", Timestamp: "1970-01-01T00:01:00Z" }),
    input: 0,
    output: 0,
    seconds: 60,
  },
  "wait-timestamp-path": {
    definition: only({ Type: "Wait", TimestampPath: "$.t" }),
    input: { t: "1970-01-01T01:00:30+01:00" },
    output: { t: "1970-01-01T01:00:30+01:00" },
    seconds: 30,
  },

  succeed: {
    definition: { StartAt: "S", States: { S: { Type: "Succeed" } } },
    input: 0,
    output: 0,
  },
  fail: {
    definition: { StartAt: "S", States: { S: { Type: "Fail", Error: "E", Cause: "c" } } },
    status: "FAILED",
    error: "E",
    cause: "c",
  },
  "fail-paths": {
    definition: {
      StartAt: "S",
      States: { S: { Type: "Fail", ErrorPath: "$.e", CausePath: "States.Format('c{}', 1)" } },
    },
    input: { e: "E" },
    status: "FAILED",
    error: "E",
    cause: "c1",
  },

  parallel: {
    definition: only({ Type: "Parallel", Branches: [only({ Type: "Pass" }, "B"), two()] }),
    input: 1,
    output: [1, 2],
  },
  "parallel-parameters": {
    definition: only({
      Type: "Parallel",
      Parameters: { "a.$": "$" },
      Branches: [only({ Type: "Pass" }, "B")],
    }),
    input: 1,
    output: [{ a: 1 }],
  },
  "parallel-result-selector": {
    definition: only({
      Type: "Parallel",
      Branches: [two()],
      ResultSelector: { "first.$": "$[0]" },
    }),
    output: { first: 2 },
  },
  "parallel-result-path": {
    definition: only({ Type: "Parallel", Branches: [two()], ResultPath: "$.r" }),
    input: { n: 0 },
    output: { n: 0, r: [2] },
  },
  "parallel-fails": {
    definition: only({
      Type: "Parallel",
      Branches: [
        { StartAt: "F", States: { F: { Type: "Fail", Error: "E" } } },
        { StartAt: "W", States: { W: { Type: "Wait", Seconds: 60, End: true } } },
      ],
    }),
    status: "FAILED",
    error: "E",
    seconds: 0,
  },

  "retry-attempts": {
    definition: only({
      Type: "Task",
      Resource: invoke,
      Retry: [{ ErrorEquals: ["Mine"], IntervalSeconds: 4, MaxAttempts: 2, BackoffRate: 3 }],
    }),
    tasks: failing,
    status: "FAILED",
    error: "Mine",
    seconds: 16,
  },
  "retry-max-delay": {
    definition: only({
      Type: "Task",
      Resource: invoke,
      Retry: [{ ErrorEquals: ["Mine"], IntervalSeconds: 4, BackoffRate: 3, MaxDelaySeconds: 6 }],
    }),
    tasks: failing,
    status: "FAILED",
    error: "Mine",
    seconds: 16,
  },
  "retry-jitter": {
    definition: only({
      Type: "Task",
      Resource: invoke,
      Retry: [
        { ErrorEquals: ["Mine"], IntervalSeconds: 8, MaxAttempts: 1, JitterStrategy: "FULL" },
      ],
    }),
    tasks: failing,
    random: () => 0.5,
    status: "FAILED",
    error: "Mine",
    seconds: 4,
  },
  "retry-jitter-none": {
    definition: only({
      Type: "Task",
      Resource: invoke,
      Retry: [
        { ErrorEquals: ["Mine"], IntervalSeconds: 8, MaxAttempts: 1, JitterStrategy: "NONE" },
      ],
    }),
    tasks: failing,
    random: () => 0.5,
    status: "FAILED",
    error: "Mine",
    seconds: 8,
  },
  "retry-order": {
    definition: only({
      Type: "Task",
      Resource: invoke,
      Retry: [
        { ErrorEquals: ["Other"], IntervalSeconds: 100 },
        { ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 1 },
      ],
    }),
    tasks: failing,
    status: "FAILED",
    error: "Mine",
    seconds: 1,
  },
  catch: {
    definition: withOther({
      Type: "Task",
      Resource: invoke,
      Catch: [{ ErrorEquals: ["Mine"], Next: "Other" }],
      End: true,
    }),
    tasks: failing,
    output: "other",
  },
  "catch-result-path": {
    definition: {
      StartAt: "S",
      States: {
        S: {
          Type: "Task",
          Resource: invoke,
          Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.e", Next: "Other" }],
          End: true,
        },
        Other: { Type: "Succeed" },
      },
    },
    input: { n: 0 },
    tasks: failing,
    output: { n: 0, e: { Error: "Mine", Cause: "as told" } },
  },
  "catch-assign": {
    definition: {
      StartAt: "S",
      States: {
        S: {
          Type: "Task",
          Resource: invoke,
          Catch: [{ ErrorEquals: ["States.ALL"], Assign: { "e.$": "$.Error" }, Next: "Other" }],
          End: true,
        },
        Other: { Type: "Pass", Parameters: { "e.$": "$e" }, End: true },
      },
    },
    tasks: failing,
    output: { e: "Mine" },
  },
  "catch-parallel": {
    definition: withOther({
      Type: "Parallel",
      Branches: [{ StartAt: "F", States: { F: { Type: "Fail", Error: "E" } } }],
      Catch: [{ ErrorEquals: ["E"], Next: "Other" }],
      End: true,
    }),
    output: "other",
  },
};

function two(): object {
  return { StartAt: "T", States: { T: { Type: "Pass", Result: 2, End: true } } };
}
