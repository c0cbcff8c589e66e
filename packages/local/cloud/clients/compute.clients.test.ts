import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsCli, type ClientTarget, openClientTarget } from "./client-target.ts";
import { isMissing } from "./find-client.ts";
import { limitMs } from "./run-client.ts";

const account = "000000000000";
const machine = (name: string) => `arn:aws:states:us-east-1:${account}:stateMachine:${name}`;
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;

describe.skipIf(isMissing("version 2 of the AWS CLI", awsCli))(
  "the AWS CLI",
  { timeout: limitMs },
  () => {
    let target: ClientTarget;
    beforeAll(async () => {
      target = await openClientTarget();
    });
    afterAll(() => target.close());

    const invoke = (name: string, payload: string, out: string) =>
      target.awsJson(
        "lambda",
        "invoke",
        "--function-name",
        name,
        "--payload",
        payload,
        "--cli-binary-format",
        "raw-in-base64-out",
        "--log-type",
        "Tail",
        out,
      );
    const answer = (out: string) => JSON.parse(readFileSync(target.file(out), "utf8"));

    test.concurrent("sts tells who calls, and refuses another key", async () => {
      const [identity, session] = await Promise.all([
        target.awsJson("sts", "get-caller-identity"),
        target.awsFails("sts", "get-session-token"),
      ]);

      expect(identity).toMatchObject({
        Account: account,
        Arn: `arn:aws:iam::${account}:user/operator`,
      });
      expect(session).toMatch(/does not support sts:GetSessionToken/);
    });

    test.concurrent("lambda invokes a function; its log can be filtered, read and followed", async () => {
      const invoked = await invoke("double", '{"n":21}', "double.json");

      expect(invoked).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
      expect(answer("double.json")).toEqual({ doubled: 42 });
      expect(Buffer.from(String(invoked.LogResult), "base64").toString()).toMatch(
        /^START RequestId: .*hello 21.*\nREPORT RequestId: /s,
      );

      const group = ["--log-group-name", "/aws/lambda/double"];
      const [filtered, { logStreams }, { logGroups }, tail, missing] = await Promise.all([
        target.awsJson("logs", "filter-log-events", ...group, "--filter-pattern", '"hello 21"'),
        target.awsJson("logs", "describe-log-streams", ...group, "--order-by", "LastEventTime"),
        target.awsJson("logs", "describe-log-groups"),
        target.aws("logs", "tail", "/aws/lambda/double", "--since", "1h", "--format", "short"),
        target.awsFails("logs", "tail", "/none"),
      ]);
      expect(filtered.events).toMatchObject([{ message: expect.stringMatching(/\thello 21$/) }]);
      expect(logGroups).toContainEqual(
        expect.objectContaining({ logGroupName: "/aws/lambda/double", retentionInDays: 7 }),
      );
      expect(tail).toMatch(/^\S+ INIT_START.*\n\S+ START RequestId.*\n.*hello 21\n/);
      expect(missing).toMatch(
        /\(ResourceNotFoundException\).*: The specified log group does not exist\.$/,
      );
      const [stream] = logStreams as { logStreamName: string }[];
      const { events } = await target.awsJson(
        "logs",
        "get-log-events",
        ...group,
        "--start-from-head",
        "--limit",
        "2",
        "--log-stream-name",
        stream?.logStreamName ?? "",
      );
      expect(events).toMatchObject([{ message: expect.stringMatching(/^INIT_START/) }, {}]);
    });

    test.concurrent("logs tail --follow prints what comes while it runs", async () => {
      const create = (command: string, ...args: string[]) =>
        target.aws("logs", command, "--log-group-name", "/followed", ...args);
      await create("create-log-group");
      await create("create-log-stream", "--log-stream-name", "s");
      const args = ["logs", "tail", "/followed", "--follow", "--format", "short"];
      const tail = spawn(awsCli?.path ?? "", [...args, "--endpoint-url", target.endpointUrl], {
        // Else Python keeps what it prints until it ends, as in any pipe.
        env: { ...target.env, PYTHONUNBUFFERED: "1" },
        timeout: limitMs,
      });
      let printed = "";
      tail.stdout.on("data", (chunk) => {
        printed += chunk;
      });
      const until = async (text: string) => {
        while (!printed.includes(text)) await once(tail.stdout, "data");
      };
      const put = (message: string) =>
        create(
          "put-log-events",
          "--log-stream-name",
          "s",
          "--log-events",
          `timestamp=${Date.now()},message=${message}`,
        );

      try {
        await put("first");
        await until("first");
        await put("second");
        await until("second");
      } finally {
        tail.kill();
      }
      await once(tail, "close");

      expect(printed).toMatch(/^\S+ first\n\S+ second\n$/);
    });

    test.concurrent("lambda: a function whose role may not write a log runs, and writes none", async () => {
      const failed = await invoke("silent", "{}", "silent.json");

      expect(failed).toMatchObject({ FunctionError: "Unhandled" });
      expect(answer("silent.json")).toMatchObject({
        errorType: "TypeError",
        errorMessage: "n is no number",
      });
      const { events } = await target.awsJson(
        "logs",
        "filter-log-events",
        "--log-group-name",
        "/aws/lambda/silent",
      );
      expect(events).toEqual([]);
    });

    test.concurrent("lambda describes functions, hands out their code and changes their settings", async () => {
      const [{ Functions }, got, missing, handler, deleting] = await Promise.all([
        target.awsJson("lambda", "list-functions"),
        target.awsJson("lambda", "get-function", "--function-name", "silent"),
        target.awsFails("lambda", "get-function", "--function-name", "none"),
        target.awsFails(
          "lambda",
          "update-function-configuration",
          "--function-name",
          "silent",
          "--handler",
          "x.y",
        ),
        target.awsFails("lambda", "delete-function", "--function-name", "silent"),
      ]);
      expect(Functions).toMatchObject([{ FunctionName: "double" }, { FunctionName: "silent" }]);
      expect(got.Configuration).toMatchObject({ MemorySize: 128, Timeout: 3, State: "Active" });
      const archive = await fetch((got.Code as { Location: string }).Location);
      expect(Object.keys(unzipSync(new Uint8Array(await archive.arrayBuffer())))).toEqual([
        "index.cjs",
      ]);
      expect(missing).toMatch(
        /\(ResourceNotFoundException\).*: Function not found: arn:aws:lambda:us-east-1:000000000000:function:none$/,
      );
      expect(handler).toMatch(/\(ValidationException\).*"Handler"/);
      expect(deleting).toMatch(/\(NotImplemented\).*lambda:DeleteFunction/);

      await target.aws(
        "lambda",
        "update-function-configuration",
        "--function-name",
        "silent",
        "--timeout",
        "7",
        "--memory-size",
        "256",
      );
      await target.aws("lambda", "wait", "function-updated", "--function-name", "silent");
      expect(
        await target.awsJson("lambda", "get-function-configuration", "--function-name", "silent"),
      ).toMatchObject({ Timeout: 7, MemorySize: 256 });
    });

    test.concurrent("stepfunctions runs a machine of the stack and tells how it went", async () => {
      const { executionArn } = await target.awsJson(
        "stepfunctions",
        "start-execution",
        "--state-machine-arn",
        machine("double"),
        "--name",
        "one",
        "--input",
        '{"n":4}',
      );
      const of = ["--execution-arn", String(executionArn)];
      let described = await target.awsJson("stepfunctions", "describe-execution", ...of);
      while (described.status === "RUNNING") {
        described = await target.awsJson("stepfunctions", "describe-execution", ...of);
      }
      expect(described).toMatchObject({ status: "SUCCEEDED", output: '{"doubled":8}' });

      const [{ stateMachines }, { executions }, { events }, { definition }, log] =
        await Promise.all([
          target.awsJson("stepfunctions", "list-state-machines"),
          target.awsJson(
            "stepfunctions",
            "list-executions",
            "--state-machine-arn",
            machine("double"),
          ),
          target.awsJson(
            "stepfunctions",
            "get-execution-history",
            ...of,
            "--reverse-order",
            "--max-items",
            "1",
          ),
          target.awsJson("stepfunctions", "describe-state-machine-for-execution", ...of),
          target.awsJson("logs", "filter-log-events", "--log-group-name", "/machines"),
        ]);
      expect(stateMachines).toContainEqual(
        expect.objectContaining({ name: "double", type: "STANDARD" }),
      );
      expect(executions).toMatchObject([{ name: "one", status: "SUCCEEDED" }]);
      expect(events).toMatchObject([{ type: "ExecutionSucceeded" }]);
      expect(JSON.parse(String(definition))).toMatchObject({ StartAt: "Double" });
      expect(log.events).toHaveLength(7);
    });

    test.concurrent("stepfunctions makes a machine, stops an execution of it, and deletes it", async () => {
      const waits = (next: object) =>
        JSON.stringify({ StartAt: "W", States: { W: { Type: "Wait", Seconds: 600, ...next } } });
      const create = (name: string, definition: string, as = "machine", ...more: string[]) => [
        "stepfunctions",
        "create-state-machine",
        "--name",
        name,
        "--definition",
        definition,
        "--role-arn",
        role(as),
        ...more,
      ];
      const made = ["--state-machine-arn", machine("made")];

      const [created, broken, untrusted, express, activity] = await Promise.all([
        target.awsJson(
          ...create("made", waits({ End: true }), "machine", "--tags", "key=a,value=b"),
        ),
        target.awsFails(...create("broken", waits({ Next: "Nowhere" }))),
        target.awsFails(...create("untrusted", waits({ End: true }), "function")),
        target.awsJson(...create("express", waits({ End: true }), "machine", "--type", "EXPRESS")),
        target.awsJson("stepfunctions", "create-activity", "--name", "x"),
      ]);
      expect(created).toMatchObject({ stateMachineArn: machine("made") });
      expect(broken).toMatch(
        /\(InvalidDefinition\).*: Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: .* at \/States\/W\/Next/,
      );
      expect(untrusted).toMatch(
        /\(AccessDeniedException\).*is authorized to assume the provided role/,
      );
      expect(express.stateMachineArn).toMatch(/:stateMachine:express$/);
      expect(activity.activityArn).toMatch(/:activity:x$/);

      const { executionArn } = await target.awsJson("stepfunctions", "start-execution", ...made);
      const [{ tags }] = await Promise.all([
        target.awsJson(
          "stepfunctions",
          "list-tags-for-resource",
          "--resource-arn",
          machine("made"),
        ),
        target.aws(
          "stepfunctions",
          "update-state-machine",
          ...made,
          "--definition",
          waits({ End: true, Comment: "changed" }),
        ),
        target.aws(
          "stepfunctions",
          "stop-execution",
          "--execution-arn",
          String(executionArn),
          "--error",
          "Enough",
          "--cause",
          "the operator said so",
        ),
      ]);
      expect(tags).toEqual([{ key: "a", value: "b" }]);
      expect(
        await target.awsJson(
          "stepfunctions",
          "describe-execution",
          "--execution-arn",
          String(executionArn),
        ),
      ).toMatchObject({ status: "ABORTED", error: "Enough", cause: "the operator said so" });
      await target.aws("stepfunctions", "delete-state-machine", ...made);
      expect(await target.awsFails("stepfunctions", "describe-state-machine", ...made)).toMatch(
        /\(StateMachineDoesNotExist\).*: State Machine Does Not Exist: '.*:made'$/,
      );
    });

    test.concurrent("events puts an event on the bus, whose rule brings it to a queue", async () => {
      const url = `${target.endpointUrl}/${account}/orders`;
      const put = await target.awsJson(
        "events",
        "put-events",
        "--entries",
        JSON.stringify([
          { Source: "shop", DetailType: "order", Detail: '{"id":1}' },
          { Source: "aws.s3", DetailType: "order", Detail: "{}" },
        ]),
      );
      const [{ Rules }, rule, { Targets }, { Messages }, putRule] = await Promise.all([
        target.awsJson("events", "list-rules"),
        target.awsJson("events", "describe-rule", "--name", "orders"),
        target.awsJson("events", "list-targets-by-rule", "--rule", "orders"),
        target.awsJson("sqs", "receive-message", "--queue-url", url, "--wait-time-seconds", "20"),
        target.awsFails("events", "put-rule", "--name", "x", "--event-pattern", "{}"),
      ]);

      expect(put).toMatchObject({
        FailedEntryCount: 1,
        Entries: [{}, { ErrorCode: "NotAuthorizedForSourceException" }],
      });
      expect(Rules).toMatchObject([{ Name: "orders", State: "ENABLED" }]);
      expect(rule).toMatchObject({ EventPattern: '{"source":["shop"]}', EventBusName: "default" });
      expect(Targets).toMatchObject([{ Id: "queue" }]);
      const [message] = Messages as { Body: string }[];
      expect(JSON.parse(message?.Body ?? "")).toMatchObject({ source: "shop", detail: { id: 1 } });
      expect(putRule).toMatch(/\(NotImplemented\).*events:PutRule/);
    });
  },
);
