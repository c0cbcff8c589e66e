import { describe, expect, test } from "vitest";
import {
  functions,
  resources,
  type StatementJson,
  statementsOf,
  statementsOfRole,
  synthesizedStack,
} from "../testing/synthesized-stack.ts";

const stack = synthesizedStack();
const roles = [...resources<{ name: string }>(stack, "aws_iam_role").keys()];
const statements = roles.flatMap((role) =>
  statementsOfRole(stack, `\${aws_iam_role.${role}.name}`),
);

const machines = resources<{ name: string; role_arn: string }>(stack, "aws_sfn_state_machine");
/** The one bucket that isn't of this stack, and what is in it. */
const source =
  "arn:${data.aws_partition.current.partition}:s3:::sfn-image-workshop-bulk-photo-copy-us-east-1";

/** The actions that know no resource, as AWS's service authorization reference says. */
const withoutResource = [
  "rekognition:DetectLabels",
  "rekognition:DetectModerationLabels",
  "cloudwatch:GetMetricStatistics",
  "xray:PutTraceSegments",
  "xray:PutTelemetryRecords",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
  "logs:CreateLogDelivery",
  "logs:GetLogDelivery",
  "logs:UpdateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:DescribeResourcePolicies",
  "logs:DescribeLogGroups",
];

describe("a role", () => {
  test("is given actions one by one", () => {
    for (const { Effect, Action } of statements) {
      expect(Effect).toBe("Allow");
      for (const action of Action) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
    }
  });

  test("is given everything as a resource only for what knows no narrower one", () => {
    const broad = statements.filter(({ Resource }) => Resource.includes("*"));
    expect([...new Set(broad.flatMap(({ Action }) => Action))].sort()).toEqual(
      withoutResource.toSorted(),
    );
  });

  test("is otherwise given resources of this stack, by reference", () => {
    const bucket = "${aws_s3_bucket.landing_bucket.arn}";
    for (const resource of statements.flatMap(({ Resource }) => Resource)) {
      if (resource === "*") continue;
      expect(resource).toMatch(/\$\{/);
      // Where something follows that may be anything: under a prefix of the bucket, in the own log
      // group, of the one machine.
      if (!resource.includes("*")) continue;
      expect(
        ["Incoming/", "Thumbnail/", "Preview/", "Quarantine/"].some(
          (prefix) => resource === `${bucket}/${prefix}*`,
        ) ||
          ["runs/*", "manifests/*"].some(
            (place) => resource === `\${aws_s3_bucket.runs_bucket.arn}/${place}`,
          ) ||
          resource === `${source}/*` ||
          /:execution:darkroom-dev-sync-buckets\*$/.test(resource) ||
          /^\$\{aws_cloudwatch_log_group\.\w+\.arn\}:\*$/.test(resource) ||
          /:execution:\$\{aws_sfn_state_machine\.\w+\.name\}:\*$/.test(resource),
        resource,
      ).toBe(true);
    }
  });

  test("belongs to one function or machine, and lets only its service act", () => {
    const users = [
      ...[...functions(stack).values()].map(({ role }) => role),
      ...[...machines.values()].map(({ role_arn }) => role_arn),
    ];
    expect(users.toSorted()).toEqual(
      roles.map((role) => `\${aws_iam_role.${role}.arn}`).toSorted(),
    );
    for (const role of resources<{ assume_role_policy: string }>(stack, "aws_iam_role").values()) {
      const [statement] = statementsOf(role.assume_role_policy);
      expect(statement).toMatchObject({ Action: ["sts:AssumeRole"], Effect: "Allow" });
      expect(JSON.stringify(statement?.Principal)).toMatch(
        /^\{"Service":"(lambda|states)\.amazonaws\.com"\}$/,
      );
    }
  });
});

test.each([...machines.values()])(
  "$name: its role is Step Functions' for this machine alone",
  ({ name, role_arn }) => {
    const [, role = ""] = /^\$\{aws_iam_role\.(\w+)\.arn\}$/.exec(role_arn) ?? [];
    const { assume_role_policy } = resources<{ assume_role_policy: string }>(
      stack,
      "aws_iam_role",
    ).get(role) ?? { assume_role_policy: "" };
    const account = "${data.aws_caller_identity.current.account_id}";
    expect(statementsOf(assume_role_policy)[0]?.Condition).toEqual({
      ArnEquals: {
        "aws:SourceArn": `arn:\${data.aws_partition.current.partition}:states:\${data.aws_region.current.region}:${account}:stateMachine:${name}`,
      },
      StringEquals: { "aws:SourceAccount": account },
    });
  },
);

const everyFunction = [
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "xray:PutTelemetryRecords",
  "xray:PutTraceSegments",
];
const readPhotos = ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"];
const receive = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];

describe("what each function may do", () => {
  test.each([
    [
      "StartExecution",
      ["dynamodb:PutItem", "dynamodb:PutItem", "states:StartExecution", ...receive],
    ],
    ["ExtractMetadata", readPhotos],
    ["DetectLabels", [...readPhotos, "rekognition:DetectLabels"]],
    ["DetectModeration", [...readPhotos, "rekognition:DetectModerationLabels"]],
    ["GenerateThumbnails", [...readPhotos, "s3:PutObject"]],
    ["RecordReview", ["dynamodb:PutItem", "dynamodb:UpdateItem"]],
    [
      "QuarantinePhoto",
      [
        "s3:ListBucket",
        "s3:ListBucket",
        "s3:GetObjectVersion",
        "s3:GetObjectVersionTagging",
        "s3:PutObject",
        "s3:PutObjectTagging",
        "s3:GetObject",
        "s3:DeleteObjectVersion",
      ],
    ],
    ["PersistMetadata", ["dynamodb:UpdateItem"]],
    [
      "ReconcilePhotos",
      [
        "s3:ListBucketVersions",
        "sqs:GetQueueUrl",
        "sqs:GetQueueAttributes",
        "cloudwatch:GetMetricStatistics",
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:Scan",
        "states:DescribeExecution",
      ],
    ],
    ["FindBucketRegion", ["s3:ListBucket"]],
    [
      "ListDifferences",
      ["s3:ListBucket", "s3:GetObject", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
    ],
    [
      "CopyObjects",
      [
        "s3:GetObject",
        "s3:GetObjectTagging",
        "s3:ListBucket",
        "s3:GetObject",
        "s3:PutObject",
        "s3:PutObjectTagging",
        "s3:AbortMultipartUpload",
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
      ],
    ],
    ["DeleteOrphans", ["s3:DeleteObject", "s3:ListBucket", "s3:GetObject", "s3:PutObject"]],
    [
      "WriteReport",
      [
        "s3:ListBucket",
        ...["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
        ...["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
      ],
    ],
    [
      "RecordFailure",
      ["dynamodb:PutItem", "dynamodb:UpdateItem", "states:DescribeExecution", ...receive],
    ],
  ])("%s: %s", (name, actions) => {
    const all = statementsOfFunction(name).flatMap(({ Action }) => Action);
    expect(all.toSorted()).toEqual([...everyFunction, ...actions].toSorted());
  });

  test.each(["ExtractMetadata", "DetectModeration", "DetectLabels", "GenerateThumbnails"])(
    "%s reads only what came in, and lists nothing else",
    (name) => {
      const bucket = "${aws_s3_bucket.landing_bucket.arn}";
      const may = (action: string) =>
        statementsOfFunction(name).filter(({ Action }) => Action.includes(action));
      expect(may("s3:GetObject")).toMatchObject([{ Resource: [`${bucket}/Incoming/*`] }]);
      expect(may("s3:GetObjectVersion")).toMatchObject([{ Resource: [`${bucket}/Incoming/*`] }]);
      expect(may("s3:ListBucket")).toMatchObject([
        {
          Resource: [bucket],
          Condition: { StringLike: { "s3:prefix": "Incoming/*" } },
        },
      ]);
    },
  );

  test("the reconciliation lists what came in and nothing else, and changes nothing", () => {
    const own = statementsOfFunction("ReconcilePhotos").filter(
      ({ Sid }) => Sid !== "WriteLog" && Sid !== "WriteTraces",
    );
    expect(own.find(({ Sid }) => Sid === "ListPhotos")).toMatchObject({
      Resource: ["${aws_s3_bucket.landing_bucket.arn}"],
      Condition: { StringLike: { "s3:prefix": "Incoming/*" } },
    });
    for (const action of own.flatMap(({ Action }) => Action)) {
      expect(action).toMatch(/:(List|BatchGet|Get|Scan|Describe)/);
    }
  });

  test("pictures are written only where they raise no event", () => {
    const bucket = "${aws_s3_bucket.landing_bucket.arn}";
    const written = statements.filter(({ Action }) => Action.includes("s3:PutObject"));
    const runs = "${aws_s3_bucket.runs_bucket.arn}/";
    const places = written
      .map(({ Resource }) => Resource.join())
      .filter((one) => !one.startsWith(runs));
    expect(places.toSorted()).toEqual([
      `${bucket}/Incoming/*`,
      `${bucket}/Quarantine/*`,
      `${bucket}/Thumbnail/*,${bucket}/Preview/*`,
    ]);
    // What a sync brings in is meant to raise them.
    expect(statementsOfFunction("CopyObjects").flatMap(({ Resource }) => Resource)).toContain(
      `${bucket}/Incoming/*`,
    );
  });

  test("photos are deleted by two functions alone, and only what came in", () => {
    const deleting = statements.filter(({ Action }) =>
      Action.some((one) => /:Delete(Obj|It)/.test(one)),
    );
    const landing = "${aws_s3_bucket.landing_bucket.arn}/Incoming/*";
    const runs = "${aws_s3_bucket.runs_bucket.arn}/runs/*";
    expect(deleting.map(({ Sid, Resource }) => [Sid, ...Resource]).toSorted()).toEqual([
      ["DeleteOrphans", landing],
      ["DeleteRejected", landing],
      ["KeepFates", runs],
      ["WriteShards", runs],
    ]);
  });

  test("what was decided is only ever added to", () => {
    const table = "${aws_dynamodb_table.tables_decisions.arn}";
    const may = statements.filter(({ Resource }) => Resource.includes(table));
    expect(may).toEqual(
      statementsOfFunction("RecordReview").filter(({ Sid }) => Sid === "AddDecisions"),
    );
    expect(may.flatMap(({ Action }) => Action)).toEqual(["dynamodb:PutItem"]);
  });

  test("each writes its own log and no other's", () => {
    for (const [name, { logging_config }] of functions(stack)) {
      const log = statementsOfFunction(name).filter(({ Sid }) => Sid === "WriteLog");
      expect(log.map(({ Resource }) => Resource)).toEqual([
        [`${logging_config.log_group.replace(".name}", ".arn}")}:*`],
      ]);
    }
  });
});

describe("over plain HTTP", () => {
  test("no bucket gives or takes anything", () => {
    const policies = resources<{ policy: string }>(stack, "aws_s3_bucket_policy");
    for (const name of resources(stack, "aws_s3_bucket").keys()) {
      const bucket = `\${aws_s3_bucket.${name}.arn}`;
      const { policy } = policies.get(name.replace(/_bucket$/, "_policy")) ?? { policy: "" };
      expect(statementsOf(policy)).toEqual([
        expect.objectContaining({
          Effect: "Deny",
          Principal: "*",
          Action: ["s3:*"],
          Resource: [bucket, `${bucket}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        }),
      ]);
    }
  });

  test("no queue takes anything", () => {
    const policies = resources<{ policy: string; queue_url: string }>(
      stack,
      "aws_sqs_queue_policy",
    );
    const queues = [...resources(stack, "aws_sqs_queue").keys()];
    expect([...policies.values()].map(({ queue_url }) => queue_url).toSorted()).toEqual(
      queues.map((queue) => `\${aws_sqs_queue.${queue}.url}`).toSorted(),
    );
    for (const { policy } of policies.values()) {
      expect(statementsOf(policy)).toContainEqual(
        expect.objectContaining({
          Effect: "Deny",
          Principal: "*",
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        }),
      );
    }
  });
});

test("queues take messages only from their own sender", () => {
  const allowed = [...resources<{ policy: string }>(stack, "aws_sqs_queue_policy").values()]
    .flatMap(({ policy }) => statementsOf(policy))
    .filter(({ Effect }) => Effect === "Allow");
  expect(allowed).toHaveLength(2);
  expect(allowed).toContainEqual({
    Sid: "Send",
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: ["sqs:SendMessage"],
    Resource: ["${aws_sqs_queue.photo_events_queue.arn}"],
    Condition: {
      ArnEquals: { "aws:SourceArn": "${aws_s3_bucket.landing_bucket.arn}" },
      StringEquals: { "aws:SourceAccount": "${data.aws_caller_identity.current.account_id}" },
    },
  });
  expect(allowed).toContainEqual({
    Sid: "Send",
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: ["sqs:SendMessage"],
    Resource: ["${aws_sqs_queue.ended_undelivered_queue.arn}"],
    Condition: { ArnEquals: { "aws:SourceArn": "${aws_cloudwatch_event_rule.ended_rule.arn}" } },
  });
});

function statementsOfFunction(name: string): StatementJson[] {
  const lambda = functions(stack).get(name);
  if (lambda === undefined) throw new Error(`There is no function ${name}.`);
  return statementsOfRole(stack, lambda.role);
}
