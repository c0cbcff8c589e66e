import { describe, expect, test } from "vitest";
import { z } from "zod";
import { evaluateStack, type ResourceType, resourceType } from "./evaluate.ts";
import { parseStack } from "./stack.ts";

const place = { accountId: "000000000000", region: "us-east-1" };

function run(file: object, ignored: Record<string, string> = {}) {
  const seen: unknown[] = [];
  const types = new Map<string, ResourceType>([
    [
      "aws_sqs_queue",
      resourceType({
        attributes: z.strictObject({ name: z.string(), policy: z.string().optional() }),
        evaluate(attributes) {
          seen.push(attributes);
          return { arn: `arn:aws:sqs:::${attributes.name}`, id: attributes.name };
        },
      }),
    ],
  ]);
  const outputs = evaluateStack(
    parseStack(JSON.stringify(file)),
    place,
    types,
    new Map(Object.entries(ignored)),
  );
  return { seen, outputs: Object.fromEntries(outputs) };
}

describe("evaluateStack", () => {
  test("gives each resource what it refers to, whatever the order in the file", () => {
    const { seen, outputs } = run({
      data: { aws_caller_identity: { current: {} } },
      resource: {
        aws_sqs_queue: {
          first: {
            name: "first",
            policy: '{"Resource":"${aws_sqs_queue.second.arn}"}',
            depends_on: ["aws_sqs_queue.second"],
          },
          second: { name: "second-${data.aws_caller_identity.current.account_id}" },
        },
      },
      output: { queue: { value: "${aws_sqs_queue.first.id}" } },
    });

    expect(seen).toEqual([
      { name: "second-000000000000" },
      { name: "first", policy: '{"Resource":"arn:aws:sqs:::second-000000000000"}' },
    ]);
    expect(outputs).toEqual({ queue: "first" });
  });

  test("leaves what Terraform would write as it is, such as a policy variable of IAM", () => {
    const { seen } = run({
      resource: { aws_sqs_queue: { first: { name: "first", policy: "$${aws:PrincipalArn}" } } },
    });

    expect(seen).toEqual([{ name: "first", policy: "${aws:PrincipalArn}" }]);
  });

  test.each([
    [
      "an unknown resource type",
      { aws_nat_gateway: { x: {} } },
      "aws_nat_gateway.x: the local cloud does not know the resource type aws_nat_gateway",
    ],
    [
      "an unknown attribute",
      { aws_sqs_queue: { x: { name: "x", fifo_queue: true } } },
      "fifo_queue",
    ],
    [
      "an expression that is no plain reference",
      { aws_sqs_queue: { x: { name: '${join("-", ["a"])}' } } },
      "not a plain reference",
    ],
    [
      "a reference to nothing",
      { aws_sqs_queue: { x: { name: "${aws_sqs_queue.y.id}" } } },
      "aws_sqs_queue.x refers to aws_sqs_queue.y.id",
    ],
    [
      "a circle",
      {
        aws_sqs_queue: {
          x: { name: "${aws_sqs_queue.y.id}" },
          y: { name: "${aws_sqs_queue.x.id}" },
        },
      },
      "in a circle: aws_sqs_queue.x -> aws_sqs_queue.y -> aws_sqs_queue.x",
    ],
  ])("refuses %s by its name", (_, resource, message) => {
    expect(() => run({ resource })).toThrow(message);
  });

  test("leaves out only the types that are listed as meaning nothing locally", () => {
    const resource = { aws_cloudfront_distribution: { x: { enabled: true } } };

    expect(run({ resource }, { aws_cloudfront_distribution: "served directly" }).seen).toEqual([]);
  });
});
