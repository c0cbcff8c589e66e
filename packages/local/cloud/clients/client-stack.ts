import { logDeliveryActions } from "../src/logs/delivery-actions.ts";

const policy = (statement: object): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
const trust = (service: string): string =>
  policy({ Principal: { Service: `${service}.amazonaws.com` }, Action: "sts:AssumeRole" });

const logDelivery = logDeliveryActions.map((action) => `logs:${action}`);

const lambda = (name: string, role: string, logGroup: string) => ({
  function_name: name,
  description: "Doubles a number",
  runtime: `nodejs${process.versions.node.split(".")[0]}.x`,
  handler: "index.handler",
  role: `\${aws_iam_role.${role}.arn}`,
  filename: "function.zip",
  architectures: [process.arch === "arm64" ? "arm64" : "x86_64"],
  environment: { variables: { GREETING: "hello" } },
  logging_config: {
    log_format: "Text",
    log_group: `\${aws_cloudwatch_log_group.${logGroup}.name}`,
  },
});

/** Doubles `n`, says so in its log, and fails without one. */
export const functionSource = `
exports.handler = async ({ n }) => {
  console.log(process.env.GREETING, n);
  if (typeof n !== "number") throw new TypeError("n is no number");
  return { doubled: 2 * n };
};
`;

/** One of each thing that clients can look at and can't make: functions, a machine, a rule, a log group. */
export const clientResources = {
  aws_iam_role: {
    function: { name: "function", assume_role_policy: trust("lambda") },
    silent: { name: "silent", assume_role_policy: trust("lambda") },
    machine: { name: "machine", assume_role_policy: trust("states") },
  },
  aws_iam_role_policy: {
    log: {
      name: "log",
      role: "${aws_iam_role.function.name}",
      policy: policy({
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: "${aws_cloudwatch_log_group.function.arn}:*",
      }),
    },
    invoke: {
      name: "invoke",
      role: "${aws_iam_role.machine.name}",
      policy: policy({
        Action: "lambda:InvokeFunction",
        Resource: "${aws_lambda_function.double.arn}",
      }),
    },
    /** What a Distributed Map and a task with a token need. */
    orchestrate: {
      name: "orchestrate",
      role: "${aws_iam_role.machine.name}",
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: "states:StartExecution",
            Resource: "arn:aws:states:us-east-1:000000000000:stateMachine:studio",
          },
          {
            Effect: "Allow",
            Action: "sqs:SendMessage",
            Resource: "${aws_sqs_queue.orders.arn}",
          },
        ],
      }),
    },
    deliver: {
      name: "deliver",
      role: "${aws_iam_role.machine.name}",
      policy: policy({ Action: logDelivery, Resource: "*" }),
    },
  },
  aws_cloudwatch_log_group: {
    function: { name: "/aws/lambda/double", retention_in_days: 7 },
    silent: { name: "/aws/lambda/silent", retention_in_days: 7 },
    machine: { name: "/machines", retention_in_days: 7 },
  },
  aws_lambda_function: {
    double: lambda("double", "function", "function"),
    silent: lambda("silent", "silent", "silent"),
  },
  aws_sqs_queue: { orders: { name: "orders" } },
  aws_sqs_queue_policy: {
    orders: {
      queue_url: "${aws_sqs_queue.orders.url}",
      policy: policy({
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: "${aws_sqs_queue.orders.arn}",
      }),
    },
  },
  aws_cloudwatch_event_rule: {
    orders: { name: "orders", event_pattern: JSON.stringify({ source: ["shop"] }) },
  },
  aws_cloudwatch_event_target: {
    orders: {
      rule: "${aws_cloudwatch_event_rule.orders.name}",
      arn: "${aws_sqs_queue.orders.arn}",
      target_id: "queue",
    },
  },
  aws_sfn_state_machine: {
    double: {
      name: "double",
      role_arn: "${aws_iam_role.machine.arn}",
      definition: JSON.stringify({
        StartAt: "Double",
        States: {
          Double: {
            Type: "Task",
            Resource: "${aws_lambda_function.double.arn}",
            End: true,
          },
        },
      }),
      logging_configuration: {
        level: "ALL",
        include_execution_data: true,
        log_destination: "${aws_cloudwatch_log_group.machine.arn}:*",
      },
    },
  },
};
