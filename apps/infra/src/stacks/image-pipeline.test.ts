import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { derivedPrefixes } from "@darkroom/workflow";
import { unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import {
  functions,
  named,
  only,
  resources,
  statementsOfRole,
  synthesizedStack,
} from "../testing/synthesized-stack.ts";

const stack = synthesizedStack();

interface QueueJson {
  readonly name: string;
  readonly visibility_timeout_seconds: number;
  readonly message_retention_seconds: number;
  readonly sqs_managed_sse_enabled: boolean;
  readonly redrive_policy?: string;
}
const queues = resources<QueueJson>(stack, "aws_sqs_queue");
const [events, dead] = ["photo_events_queue", "photo_dead_queue"].map((name) => {
  const queue = queues.get(name);
  if (queue === undefined) throw new Error(`There is no queue ${name}.`);
  return queue;
}) as [QueueJson, QueueJson];

describe("an object that lands", () => {
  test("raises an event under Incoming/ alone, where nothing derived is written", () => {
    const { queue } = only<{ queue: unknown }>(stack, "aws_s3_bucket_notification");
    expect(queue).toEqual([
      {
        id: "photo-events",
        queue_arn: "${aws_sqs_queue.photo_events_queue.arn}",
        events: ["s3:ObjectCreated:*"],
        filter_prefix: "Incoming/",
      },
    ]);
    for (const prefix of Object.values(derivedPrefixes)) {
      expect(prefix.startsWith("Incoming/")).toBe(false);
    }
  });

  test("waits six timeouts of its consumer before it is seen again, and dies after five receives", () => {
    expect(events.visibility_timeout_seconds).toBe(6 * timeoutOf("StartExecution"));
    expect(dead.visibility_timeout_seconds).toBe(6 * timeoutOf("RecordFailure"));
    expect(JSON.parse(events.redrive_policy ?? "")).toEqual({
      deadLetterTargetArn: "${aws_sqs_queue.photo_dead_queue.arn}",
      maxReceiveCount: 5,
    });
    expect(dead.message_retention_seconds).toBeGreaterThan(events.message_retention_seconds);
  });

  test("is started by one function, and recorded by another if its message died, message by message", () => {
    const mappings = [
      ...resources<{ event_source_arn: string; function_name: string }>(
        stack,
        "aws_lambda_event_source_mapping",
      ).values(),
    ];
    expect(
      mappings.map(({ event_source_arn, function_name }) => [event_source_arn, function_name]),
    ).toEqual(
      expect.arrayContaining([
        [
          "${aws_sqs_queue.photo_events_queue.arn}",
          "${aws_lambda_function.start_execution_function.arn}",
        ],
        [
          "${aws_sqs_queue.photo_dead_queue.arn}",
          "${aws_lambda_function.record_failure_function.arn}",
        ],
      ]),
    );
    for (const mapping of mappings) {
      expect(mapping).toMatchObject({
        function_response_types: ["ReportBatchItemFailures"],
        scaling_config: { maximum_concurrency: 2 },
      });
    }
  });

  test("queues encrypt what they hold", () => {
    for (const queue of queues.values()) expect(queue.sqs_managed_sse_enabled).toBe(true);
  });
});

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly Branches?: readonly { readonly States: Readonly<Record<string, State>> }[];
}
interface MachineJson {
  readonly definition: string;
  readonly role_arn: string;
  readonly type: string;
  readonly logging_configuration: unknown;
  readonly tracing_configuration: unknown;
}

describe("the state machine", () => {
  const machine = named<MachineJson>(stack, "aws_sfn_state_machine", "image_processing_machine");
  const definition = JSON.parse(machine.definition) as { States: Record<string, State> };
  const [activities, tasks] = [
    tasksOf(definition.States).flatMap(({ Resource = "" }) =>
      isActivity(Resource) ? [Resource] : [],
    ),
    tasksOf(definition.States).filter(({ Resource = "" }) => !isActivity(Resource)),
  ];
  const byArn = new Map([...functions(stack).values()].map((lambda) => [lambda.arn, lambda]));

  test("calls functions of this stack, and may call these and no others", () => {
    const called = new Set(tasks.map(({ Resource }) => Resource ?? ""));
    expect([...called].filter((arn) => !byArn.has(arn))).toEqual([]);
    expect(activities).toEqual(["${aws_sfn_activity.approval.arn}"]);
    const may = statementsOfRole(stack, machine.role_arn).filter(({ Action }) =>
      Action.includes("lambda:InvokeFunction"),
    );
    expect(may.flatMap(({ Resource }) => Resource).toSorted()).toEqual([...called].toSorted());
  });

  test("has no placeholder left", () => {
    const rest = machine.definition.replaceAll(
      /\$\{aws_(lambda_function|sfn_activity)\.\w+\.arn\}/g,
      "",
    );
    expect(rest).not.toContain("${");
  });

  test("gives each task longer than its function, so that the function's own timeout is what is told", () => {
    for (const { Resource = "", TimeoutSeconds = 0 } of tasks) {
      expect(TimeoutSeconds).toBeGreaterThan(byArn.get(Resource)?.timeout ?? Infinity);
    }
  });

  test("logs what went wrong without anybody's data, and traces", () => {
    expect(machine).toMatchObject({
      type: "STANDARD",
      logging_configuration: { level: "ERROR", include_execution_data: false },
      tracing_configuration: { enabled: true },
    });
  });

  test("tells record-failure of every bad end, by a rule that alone may call it", () => {
    const rule = named<{ event_pattern: string }>(stack, "aws_cloudwatch_event_rule", "ended_rule");
    expect(JSON.parse(rule.event_pattern)).toEqual({
      source: ["aws.states"],
      "detail-type": ["Step Functions Execution Status Change"],
      detail: {
        status: ["FAILED", "TIMED_OUT", "ABORTED"],
        stateMachineArn: ["${aws_sfn_state_machine.image_processing_machine.arn}"],
      },
    });
    expect(named(stack, "aws_cloudwatch_event_target", "ended_target")).toMatchObject({
      arn: "${aws_lambda_function.record_failure_function.arn}",
      dead_letter_config: { arn: "${aws_sqs_queue.ended_undelivered_queue.arn}" },
    });
    expect(named(stack, "aws_lambda_permission", "ended_permission")).toMatchObject({
      action: "lambda:InvokeFunction",
      function_name: "${aws_lambda_function.record_failure_function.function_name}",
      principal: "events.amazonaws.com",
      source_arn: "${aws_cloudwatch_event_rule.ended_rule.arn}",
    });
  });
});

describe("every hour", () => {
  test("the reconciliation is called, and nobody else may call it for this rule", () => {
    const rule = named<object>(stack, "aws_cloudwatch_event_rule", "reconciliation_rule");
    expect(rule).toMatchObject({ schedule_expression: "rate(1 hour)" });
    expect(rule).not.toHaveProperty("event_pattern");
    expect(named(stack, "aws_cloudwatch_event_target", "reconciliation_target")).toMatchObject({
      rule: "${aws_cloudwatch_event_rule.reconciliation_rule.name}",
      arn: "${aws_lambda_function.reconcile_photos_function.arn}",
      // The next hour's event takes its place.
      retry_policy: { maximum_event_age_in_seconds: 3600 },
      depends_on: ["aws_lambda_permission.reconciliation_permission"],
    });
    expect(named(stack, "aws_lambda_permission", "reconciliation_permission")).toMatchObject({
      action: "lambda:InvokeFunction",
      function_name: "${aws_lambda_function.reconcile_photos_function.function_name}",
      principal: "events.amazonaws.com",
      source_arn: "${aws_cloudwatch_event_rule.reconciliation_rule.arn}",
    });
  });

  test("a report must come: where none does for two hours, somebody is told", () => {
    expect(named(stack, "aws_cloudwatch_metric_alarm", "alarm_no_reconciliation")).toMatchObject({
      metric_name: "PhotosListed",
      statistic: "SampleCount",
      comparison_operator: "LessThanThreshold",
      threshold: 1,
      period: 3600,
      evaluation_periods: 2,
      treat_missing_data: "breaching",
    });
  });

  test.each(["photos_missing", "photos_stuck", "photos_not_started"])(
    "what a report says of %s stands until the next one",
    (name) => {
      expect(named(stack, "aws_cloudwatch_metric_alarm", `alarm_${name}`)).toMatchObject({
        statistic: "Maximum",
        comparison_operator: "GreaterThanThreshold",
        threshold: 0,
        period: 3600,
        treat_missing_data: "ignore",
      });
    },
  );
});

describe("a function", () => {
  const logGroups = resources<{ name: string; retention_in_days: number }>(
    stack,
    "aws_cloudwatch_log_group",
  );

  test("has a log group of its own that forgets, logs JSON and traces", () => {
    for (const { function_name, logging_config, tracing_config } of functions(stack).values()) {
      const [, name = ""] =
        /^\$\{aws_cloudwatch_log_group\.(\w+)\.name\}$/.exec(logging_config.log_group) ?? [];
      expect(logGroups.get(name)).toMatchObject({
        name: `/aws/lambda/${function_name}`,
        retention_in_days: 30,
      });
      expect(logging_config.log_format).toBe("JSON");
      expect(tracing_config.mode).toBe("Active");
    }
  });

  test.each([...functions(stack)])(
    "%s has the variables that its code asks for, and sharp if it needs that",
    (_, { filename, environment, layers }) => {
      const code = codeIn(filename);
      const asked = [
        "ALBUM_TABLE",
        "DECISION_TABLE",
        "EVENT_QUEUE",
        "IMAGE_TABLE",
        "LANDING_BUCKET",
        "MODERATION_POLICY",
        "RUN_BUCKET",
        "STATE_MACHINE_ARN",
      ].filter((name) => code.includes(name));
      expect(Object.keys(environment?.variables ?? {}).toSorted()).toEqual(asked);
      expect(layers ?? []).toEqual(
        code.includes('require("sharp")') ? ["${aws_lambda_layer_version.sharp_layer.arn}"] : [],
      );
    },
  );

  test("that decodes has at least the memory that extract-metadata's limit goes by", () => {
    const decoding = ["DetectModeration", "DetectLabels", "GenerateThumbnails"];
    const memory = decoding.map((name) => functions(stack).get(name)?.memory_size ?? 0);
    expect(Math.min(...memory)).toBe(1536);
  });
});

test("the alarms watch metrics that the deployed code counts, each where its function counts it", () => {
  const all = resources<{
    namespace: string;
    metric_name: string;
    dimensions: { FunctionName: string };
  }>(stack, "aws_cloudwatch_metric_alarm");
  const own = [...all.values()].filter(({ namespace }) => !namespace.startsWith("AWS/"));
  expect(own.map(({ metric_name }) => metric_name).toSorted()).toEqual([
    "PhotoFailed",
    "PhotosListed",
    "PhotosMissing",
    "PhotosStuck",
    "StartErrors",
    "StartExecutionFailed",
    "UnreadableDeadLetter",
  ]);
  for (const { namespace, metric_name, dimensions } of own) {
    const counting = [...functions(stack).values()].find(
      ({ arn }) => arn.replace(".arn}", ".function_name}") === dimensions.FunctionName,
    );
    const code = codeIn(counting?.filename ?? "");
    expect(code).toContain(`"${namespace}"`);
    expect(code).toMatch(new RegExp(`\\b${metric_name}\\b`));
    expect(Object.keys(dimensions)).toEqual(["FunctionName"]);
  }
});

function isActivity(arn: string): boolean {
  return arn.startsWith("${aws_sfn_activity.");
}

function timeoutOf(name: string): number {
  return functions(stack).get(name)?.timeout ?? 0;
}

function tasksOf(states: Readonly<Record<string, State>>): State[] {
  return Object.values(states).flatMap((state) => [
    ...(state.Type === "Task" ? [state] : []),
    ...(state.Branches ?? []).flatMap((branch) => tasksOf(branch.States)),
  ]);
}

function codeIn(filename: string): string {
  const archive = unzipSync(readFileSync(resolve(stack.folder, filename)));
  return new TextDecoder().decode(archive["index.cjs"]);
}
