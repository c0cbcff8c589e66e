import type { Json } from "@darkroom/states";
import { expect, it } from "vitest";
import type { ConformanceCase } from "./case-file.ts";
import { judgeCase } from "./judge-case.ts";
import { runCase } from "./run-case.ts";

const queueUrl = "https://sqs.us-east-1.amazonaws.com/111111111111/parcels";

function caseOf(parts: Partial<ConformanceCase> & { definition: Json }): ConformanceCase {
  return {
    id: "made up",
    area: "a",
    class: "service",
    query_language: "JSONPath",
    type: "standard",
    input: {},
    normalise: { regex: [], jsonpath: [] },
    lambdas: {},
    setup: [],
    aux_state_machines: [],
    expected: { status: "SUCCEEDED" },
    ...parts,
  };
}

const machine = (Resource: string, Parameters: Json, more: object = {}): Json => ({
  StartAt: "Do",
  States: { Do: { Type: "Task", Resource, Parameters, ...more, End: true } },
});

const parcels = [{ service: "sqs", op: "create_queue", args: { QueueName: "parcels" } }];
const awaited = machine("arn:aws:states:::sqs:sendMessage.waitForTaskToken", {
  QueueUrl: queueUrl,
  MessageBody: { "TaskToken.$": "$$.Task.Token" },
});

/** Up to the end that a worker makes of the task. */
const submitted = (end: object) => [
  { id: 4, previousEventId: 3, type: "TaskSubmitted" },
  { id: 5, previousEventId: 4, type: "Task", ...end },
];

const statusOf = async (one: ConformanceCase): Promise<unknown> => {
  const run = await runCase(one);
  return run.kind === "ended" ? run.record : run;
};

it("runs a case with objects and queues that its set-up makes", async () => {
  const definition = machine("arn:aws:states:::aws-sdk:s3:getObject", {
    Bucket: "shelf",
    Key: "a b/c.txt",
  });
  const setup = [
    { service: "s3", op: "create_bucket", args: { Bucket: "shelf" } },
    { service: "s3", op: "put_object", args: { Bucket: "shelf", Key: "a b/c.txt", Body: "text" } },
  ];
  const record = await statusOf(caseOf({ definition, setup }));
  expect(record).toMatchObject({
    status: "SUCCEEDED",
    output: expect.stringContaining('"Body":"text"'),
  });
});

it("ends a task by its token as the recorded worker did: with an output", async () => {
  const events = submitted({ taskSucceededEventDetails: { output: { kilos: 3 } } });
  const expected = { status: "SUCCEEDED", events };
  const record = await statusOf(caseOf({ definition: awaited, setup: parcels, expected }));
  expect(record).toMatchObject({ status: "SUCCEEDED", output: '{"kilos":3}' });
});

it("ends a task by its token as the recorded worker did: with an error or without one", async () => {
  for (const failure of [{ error: "Lost", cause: "in the post" }, {}]) {
    const expected = { status: "FAILED", events: submitted({ taskFailedEventDetails: failure }) };
    const record = await statusOf(caseOf({ definition: awaited, setup: parcels, expected }));
    expect(record).toMatchObject({ status: "FAILED", ...failure });
  }
});

it("lets a machine that comes with the case do the work, and time pass for it", async () => {
  const name = "worker-of-parcels";
  const worker = {
    arn: `arn:aws:states:us-east-1:111111111111:stateMachine:${name}`,
    type: "standard",
    definition: {
      StartAt: "Rest",
      States: {
        Rest: { Type: "Wait", Seconds: 30, Next: "Receive" },
        Receive: {
          Type: "Task",
          Resource: "arn:aws:states:::aws-sdk:sqs:receiveMessage",
          Parameters: { QueueUrl: queueUrl },
          ResultSelector: { "Body.$": "States.StringToJson($.Messages[0].Body)" },
          Next: "Answer",
        },
        Answer: {
          Type: "Task",
          Resource: "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
          Parameters: { "TaskToken.$": "$.Body.TaskToken", Output: '"done"' },
          End: true,
        },
      },
    },
    started_with: [{}],
  };
  const one = caseOf({ definition: awaited, setup: parcels, aux_state_machines: [worker] });
  expect(await statusOf(one)).toMatchObject({ status: "SUCCEEDED", output: '"done"' });
});

it("says why a case could not be run", async () => {
  const { result } = await judgeCase(caseOf({ definition: awaited, setup: parcels }));
  expect(result).toMatchObject({
    result: "failed",
    reason: expect.stringContaining("never comes"),
  });
  const setup = [{ service: "sns", op: "create_topic", args: {} }];
  const other = await judgeCase(caseOf({ definition: awaited, setup }));
  expect(other.result.reason).toContain("the local cloud has no sns");
});
