import { describe, expect, test } from "vitest";
import type { Caller } from "../caller.ts";
import { createAccess } from "./access.ts";
import { parsePolicy } from "./policy.ts";

const roleArn = "arn:aws:iam::000000000000:role/reader";
const role: Caller = {
  kind: "role",
  accountId: "000000000000",
  roleArn,
  arn: "arn:aws:sts::000000000000:assumed-role/reader/session",
};
const operator: Caller = {
  kind: "operator",
  accountId: "000000000000",
  arn: "arn:aws:iam::000000000000:user/operator",
};
const s3: Caller = {
  kind: "service",
  accountId: "000000000000",
  principal: "s3.amazonaws.com",
  sourceArn: "arn:aws:s3:::landing",
};

const policy = (...statements: object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

const trust = policy({
  Effect: "Allow",
  Principal: { Service: "lambda.amazonaws.com" },
  Action: "sts:AssumeRole",
});

function accessWith(...statements: object[]) {
  const access = createAccess();
  access.putRole({
    arn: roleArn,
    name: "reader",
    trustPolicy: trust,
    policies: new Map([["inline", policy(...statements)]]),
  });
  return access;
}

describe("a role", () => {
  const access = accessWith(
    { Effect: "Allow", Action: "s3:Get*", Resource: "arn:aws:s3:::landing/Incoming/*" },
    { Effect: "Deny", Action: "s3:GetObject", Resource: "arn:aws:s3:::landing/Incoming/secret/*" },
    {
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: "arn:aws:s3:::landing",
      Condition: { StringLike: { "s3:prefix": "Incoming/*" } },
    },
  );
  const authorize = access.authorizeAs(role);

  test("may do what its policy allows", () => {
    expect(() => authorize("s3:GetObject", "arn:aws:s3:::landing/Incoming/a")).not.toThrow();
  });

  test("may not do anything else, and is told who may not do what to which resource", () => {
    expect(() => authorize("s3:PutObject", "arn:aws:s3:::landing/Incoming/a")).toThrow(
      'User: arn:aws:sts::000000000000:assumed-role/reader/session is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::landing/Incoming/a" because no identity-based policy allows the s3:PutObject action',
    );
  });

  test("is stopped by an explicit deny", () => {
    expect(() => authorize("s3:GetObject", "arn:aws:s3:::landing/Incoming/secret/a")).toThrow(
      "with an explicit deny",
    );
  });

  test("needs the condition to hold", () => {
    const list = (prefix?: string) => () =>
      authorize("s3:ListBucket", "arn:aws:s3:::landing", {
        context: prefix === undefined ? {} : { "s3:prefix": prefix },
      });

    expect(list("Incoming/u")).not.toThrow();
    expect(list("Thumbnail/")).toThrow();
    expect(list()).toThrow();
  });

  test("acts only for the service that its trust policy names", () => {
    expect(() => access.requireTrust(roleArn, "lambda.amazonaws.com")).not.toThrow();
    expect(() => access.requireTrust(roleArn, "states.amazonaws.com")).toThrow("does not let");
  });
});

describe("a service principal", () => {
  const queuePolicy = policy({
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: "arn:aws:sqs:us-east-1:000000000000:events",
    Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:s3:::landing" } },
  });
  const send = (caller: Caller) => () =>
    createAccess().authorizeAs(caller)(
      "sqs:SendMessage",
      "arn:aws:sqs:us-east-1:000000000000:events",
      { resourcePolicy: queuePolicy },
    );

  test("needs the resource's own policy, with its source", () => {
    expect(send(s3)).not.toThrow();
    expect(send({ ...s3, sourceArn: "arn:aws:s3:::other" })).toThrow();
    expect(send({ ...s3, principal: "events.amazonaws.com" })).toThrow();
  });
});

test("the operator may do everything that nothing explicitly denies", () => {
  const authorize = createAccess().authorizeAs(operator);
  const denyAll = policy({ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" });

  expect(() => authorize("dynamodb:Scan", "arn:aws:dynamodb:::table/x")).not.toThrow();
  expect(() =>
    authorize("s3:GetObject", "arn:aws:s3:::b/k", { resourcePolicy: denyAll }),
  ).toThrow();
});

test("a policy that refuses plain HTTP does not refuse loopback", () => {
  const tlsOnly = policy({
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: "*",
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  });

  expect(() =>
    createAccess().authorizeAs(operator)("s3:GetObject", "arn:aws:s3:::b/k", {
      resourcePolicy: tlsOnly,
    }),
  ).not.toThrow();
});

test.each([
  ["an element", { Effect: "Allow", NotAction: "s3:*", Resource: "*" }],
  ["an operator", { Effect: "Allow", Action: "s3:*", Resource: "*", Condition: { IpAddress: {} } }],
  ["a variable", { Effect: "Allow", Action: "s3:*", Resource: "arn:aws:s3:::b/${aws:username}" }],
])("%s that the evaluation does not know is refused when the policy is read", (_, statement) => {
  expect(() => parsePolicy(policy(statement), "policy x")).toThrow("policy x");
});
