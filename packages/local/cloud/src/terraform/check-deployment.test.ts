import { expect, test } from "vitest";
import { loadStack } from "./load-stack.ts";

type Attributes = Record<string, unknown>;
type Resources = Record<string, Record<string, Attributes>>;

const document = (...statements: object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const trust = (service: string, rest: object = {}): string =>
  document({
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    ...rest,
  });
const allow = (Action: string | readonly string[], Resource: string, rest: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...rest,
});

const logDelivery = [
  "logs:CreateLogDelivery",
  "logs:GetLogDelivery",
  "logs:UpdateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:DescribeResourcePolicies",
  "logs:DescribeLogGroups",
];
const receive = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

/** A bucket that notifies a queue, a function that polls it, and a machine with a log. */
function stack(): Resources {
  return {
    aws_s3_bucket: { landing: { bucket: "landing" } },
    aws_sqs_queue: { events: { name: "events" } },
    aws_sqs_queue_policy: {
      events: {
        queue_url: "${aws_sqs_queue.events.url}",
        policy: document(
          allow("sqs:SendMessage", "${aws_sqs_queue.events.arn}", {
            Principal: { Service: "s3.amazonaws.com" },
            Condition: {
              ArnEquals: { "aws:SourceArn": "${aws_s3_bucket.landing.arn}" },
              StringEquals: { "aws:SourceAccount": "000000000000" },
            },
          }),
        ),
      },
    },
    aws_s3_bucket_notification: {
      landing: {
        bucket: "${aws_s3_bucket.landing.id}",
        queue: { queue_arn: "${aws_sqs_queue.events.arn}", events: ["s3:ObjectCreated:*"] },
      },
    },
    aws_cloudwatch_log_group: { log: { name: "/log", retention_in_days: 1 } },
    aws_iam_role: {
      function: { name: "function", assume_role_policy: trust("lambda.amazonaws.com") },
      machine: { name: "machine", assume_role_policy: trust("states.amazonaws.com") },
    },
    aws_iam_role_policy: {
      function: {
        name: "inline",
        role: "${aws_iam_role.function.name}",
        policy: document(
          allow(receive, "${aws_sqs_queue.events.arn}"),
          allow("xray:PutTraceSegments", "*"),
        ),
      },
      machine: {
        name: "inline",
        role: "${aws_iam_role.machine.name}",
        policy: document(allow(logDelivery, "*")),
      },
    },
    aws_lambda_function: {
      one: {
        function_name: "one",
        runtime: "nodejs24.x",
        handler: "index.handler",
        role: "${aws_iam_role.function.arn}",
        filename: "one.zip",
        architectures: ["arm64"],
        logging_config: { log_format: "JSON", log_group: "/log" },
        tracing_config: { mode: "Active" },
      },
    },
    aws_lambda_event_source_mapping: {
      one: {
        function_name: "${aws_lambda_function.one.arn}",
        event_source_arn: "${aws_sqs_queue.events.arn}",
      },
    },
    aws_sfn_state_machine: {
      photos: {
        name: "photos",
        role_arn: "${aws_iam_role.machine.arn}",
        definition: "{}",
        logging_configuration: {
          level: "ERROR",
          log_destination: "${aws_cloudwatch_log_group.log.arn}:*",
        },
      },
    },
  };
}

/** Loads the stack with some attributes changed. */
function load(type?: string, name = "", change: Attributes = {}): void {
  const resource = stack();
  if (type !== undefined) {
    resource[type] = { ...resource[type], [name]: { ...resource[type]?.[name], ...change } };
  }
  loadStack(JSON.stringify({ resource }), "000000000000");
}

test("a stack whose parts may do what they have to is taken", () => {
  expect(() => load()).not.toThrow();
});

test.each<[string, [string, string, Attributes], string]>([
  [
    "a function's role that Lambda may not take",
    ["aws_iam_role", "function", { assume_role_policy: trust("states.amazonaws.com") }],
    "aws_lambda_function one: InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.",
  ],
  [
    "a machine's role that Step Functions may take for another machine only",
    [
      "aws_iam_role",
      "machine",
      {
        assume_role_policy: trust("states.amazonaws.com", {
          Condition: {
            ArnLike: {
              "aws:SourceArn": "arn:aws:states:us-east-1:000000000000:stateMachine:other",
            },
          },
        }),
      },
    ],
    "aws_sfn_state_machine photos: AccessDeniedException: Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.",
  ],
  [
    "traces that a function may not write",
    [
      "aws_iam_role_policy",
      "function",
      { policy: document(allow(receive, "${aws_sqs_queue.events.arn}")) },
    ],
    "aws_lambda_function one: InvalidParameterValueException: The provided execution role does not have permissions to call PutTraceSegments on XRAY",
  ],
  [
    "a log group that the stack does not have",
    [
      "aws_sfn_state_machine",
      "photos",
      {
        logging_configuration: {
          level: "ERROR",
          log_destination: "arn:aws:logs:us-east-1:000000000000:log-group:/other:*",
        },
      },
    ],
    "aws_sfn_state_machine photos: InvalidLoggingConfiguration: Invalid Logging Configuration",
  ],
  ...logDelivery.map((action): [string, [string, string, Attributes], string] => [
    `a machine that may not ${action}`,
    [
      "aws_iam_role_policy",
      "machine",
      {
        policy: document(
          allow(
            logDelivery.filter((one) => one !== action),
            "*",
          ),
        ),
      },
    ],
    `aws_sfn_state_machine photos: AccessDeniedException: The state machine IAM Role is not authorized to access the Log Destination (${action})`,
  ]),
  [
    "a queue that lets no bucket send",
    [
      "aws_sqs_queue_policy",
      "events",
      {
        policy: document({
          ...allow("sqs:*", "*"),
          Effect: "Deny",
          Principal: { AWS: "000000000000" },
        }),
      },
    ],
    "aws_s3_bucket_notification of landing: InvalidArgument: Unable to validate the following destination configurations",
  ],
  [
    "a notification to a queue that is not there",
    [
      "aws_s3_bucket_notification",
      "landing",
      {
        queue: {
          queue_arn: "arn:aws:sqs:us-east-1:000000000000:other",
          events: ["s3:ObjectCreated:*"],
        },
      },
    ],
    "Unable to validate the following destination configurations",
  ],
  ...receive.map((action): [string, [string, string, Attributes], string] => [
    `a function that may not ${action}`,
    [
      "aws_iam_role_policy",
      "function",
      {
        policy: document(
          allow(
            receive.filter((one) => one !== action),
            "*",
          ),
          allow("xray:PutTraceSegments", "*"),
        ),
      },
    ],
    `aws_lambda_event_source_mapping.one: InvalidParameterValueException: The provided execution role does not have permissions to call ${action.slice(4)} on SQS`,
  ]),
  [
    "a queue that is not there for a mapping",
    [
      "aws_lambda_event_source_mapping",
      "one",
      { event_source_arn: "arn:aws:sqs:us-east-1:000000000000:other" },
    ],
    "The specified queue does not exist",
  ],
  [
    "a queue that shows messages again while the function still runs",
    ["aws_sqs_queue", "events", { visibility_timeout_seconds: 2 }],
    "Queue visibility timeout: 2 seconds is less than Function timeout: 3 seconds",
  ],
  [
    "a permission for a function that is not there",
    [
      "aws_lambda_permission",
      "p",
      {
        statement_id: "P",
        action: "lambda:InvokeFunction",
        function_name: "other",
        principal: "events.amazonaws.com",
      },
    ],
    "aws_lambda_permission P: ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:other",
  ],
  [
    "a queue's policy that can't be evaluated",
    [
      "aws_sqs_queue_policy",
      "events",
      {
        policy: document(
          allow("sqs:*", "*", {
            Principal: "*",
            Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
          }),
        ),
      },
    ],
    "policy of the queue events: the local cloud can't evaluate this policy: statement 1: the local cloud does not know the condition key aws:SourceIp",
  ],
  [
    "a role's policy that can't be evaluated",
    [
      "aws_iam_role_policy",
      "machine",
      { policy: document({ ...allow("*", "*"), Principal: "*" }) },
    ],
    "policy inline of role machine: the local cloud can't evaluate this policy: statement 1: identity policies have no Principal",
  ],
])("%s is refused as AWS refuses it", (_, [type, name, change], message) => {
  expect(() => load(type, name, change)).toThrow(message);
});

test("what AWS finds out only when it is used is not refused: a rule's target that lets it do nothing", () => {
  const rule = {
    aws_cloudwatch_event_rule: { r: { name: "r", event_pattern: "{}" } },
    aws_cloudwatch_event_target: {
      t: {
        rule: "${aws_cloudwatch_event_rule.r.name}",
        target_id: "t",
        arn: "${aws_lambda_function.one.arn}",
      },
    },
  };
  expect(() =>
    loadStack(JSON.stringify({ resource: { ...stack(), ...rule } }), "000000000000"),
  ).not.toThrow();
});
