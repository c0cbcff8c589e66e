import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsCli, type ClientTarget, openClientTarget } from "./client-target.ts";
import { isMissing } from "./find-client.ts";
import { limitMs } from "./run-client.ts";

const account = "000000000000";
const states = (what: string): string => `arn:aws:states:us-east-1:${account}:${what}`;

/** As it would be written for AWS: a Map of child executions, a worker's task, and a decision that comes from outside. */
const definition = (queueUrl: string) => ({
  StartAt: "Double all",
  States: {
    "Double all": {
      Type: "Map",
      Label: "double",
      ToleratedFailurePercentage: 50,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Double",
        States: {
          Double: {
            Type: "Task",
            Resource: `arn:aws:lambda:us-east-1:${account}:function:double`,
            End: true,
          },
        },
      },
      Next: "Frame",
    },
    Frame: { Type: "Task", Resource: states("activity:frame"), Next: "Approve" },
    Approve: {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: {
        QueueUrl: queueUrl,
        MessageBody: { "token.$": "$$.Task.Token", "framed.$": "$.framed" },
      },
      End: true,
    },
  },
});

describe.skipIf(isMissing("version 2 of the AWS CLI", awsCli))(
  "the AWS CLI",
  { timeout: limitMs },
  () => {
    let target: ClientTarget;
    beforeAll(async () => {
      target = await openClientTarget();
    });
    afterAll(() => target.close());
    const sfn = (...args: string[]) => target.awsJson("stepfunctions", ...args);

    test("runs a machine with a Distributed Map, an activity and a task token", async () => {
      const queueUrl = `${target.endpointUrl}/${account}/orders`;
      const activityArn = states("activity:frame");
      expect(await sfn("create-activity", "--name", "frame")).toMatchObject({ activityArn });
      const { stateMachineArn } = await sfn(
        "create-state-machine",
        "--name",
        "studio",
        "--role-arn",
        `arn:aws:iam::${account}:role/machine`,
        "--definition",
        JSON.stringify(definition(queueUrl)),
      );
      await sfn(
        "start-execution",
        "--state-machine-arn",
        String(stateMachineArn),
        "--name",
        "first",
        "--input",
        '[{"n":1},{"n":2},{}]',
      );
      const execution = ["--execution-arn", states("execution:studio:first")];

      const worker = ["--activity-arn", activityArn, "--worker-name", "framer"];
      const task = await sfn("get-activity-task", ...worker);
      expect(JSON.parse(String(task.input))).toMatchObject([
        { doubled: 2 },
        { doubled: 4 },
        { Status: "FAILED", Error: "TypeError" },
      ]);
      await target.aws(
        "stepfunctions",
        "send-task-success",
        "--task-token",
        String(task.taskToken),
        "--task-output",
        '{"framed":2}',
      );

      const { Messages } = await target.awsJson(
        "sqs",
        "receive-message",
        "--queue-url",
        queueUrl,
        "--wait-time-seconds",
        "20",
      );
      const [message] = Messages as { Body: string }[];
      const { token, framed } = JSON.parse(message?.Body ?? "");
      expect(framed).toBe(2);
      const answer = ["send-task-success", "--task-token", token, "--task-output", '{"ok":true}'];
      await target.aws("stepfunctions", ...answer);
      expect(await target.awsFails("stepfunctions", ...answer)).toMatch(/\(TaskTimedOut\)/);

      const [described, history, { mapRuns }] = await Promise.all([
        sfn("describe-execution", ...execution),
        sfn("get-execution-history", ...execution, "--no-include-execution-data"),
        sfn("list-map-runs", ...execution),
      ]);
      expect(described).toMatchObject({ status: "SUCCEEDED", output: '{"ok":true}' });
      const types = (history.events as { type: string }[]).map(({ type }) => type);
      for (const type of ["MapRunStarted", "ActivityStarted", "TaskSubmitted"]) {
        expect(types).toContain(type);
      }

      const [run] = mapRuns as { mapRunArn: string }[];
      const mapRun = ["--map-run-arn", run?.mapRunArn ?? ""];
      const [told, children, refused] = await Promise.all([
        sfn("describe-map-run", ...mapRun),
        sfn("list-executions", ...mapRun, "--status-filter", "FAILED"),
        target.awsFails("stepfunctions", "update-map-run", ...mapRun, "--max-concurrency", "2"),
      ]);
      expect(told).toMatchObject({
        status: "SUCCEEDED",
        toleratedFailurePercentage: 50,
        itemCounts: { total: 3, succeeded: 2, failed: 1 },
        executionCounts: { total: 3, succeeded: 2, failed: 1 },
      });
      expect(children.executions).toMatchObject([{ mapRunArn: run?.mapRunArn, itemCount: 1 }]);
      expect(refused).toMatch(/\(ValidationException\)/);
    });
  },
);
