import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, test } from "vitest";
import type { Caller } from "../caller.ts";
import { createAccess, type DecidedCall, decisionsChannel } from "./access.ts";

const accountId = "000000000000";
const roleArn = `arn:aws:iam::${accountId}:role/reader`;
const role: Caller = {
  kind: "role",
  accountId,
  roleArn,
  arn: `arn:aws:sts::${accountId}:assumed-role/reader/session`,
};
const operator: Caller = {
  kind: "operator",
  accountId,
  arn: `arn:aws:iam::${accountId}:user/operator`,
};
const machineArn = `arn:aws:states:us-east-1:${accountId}:stateMachine:photos`;

const document = (...statements: object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const everything = { Effect: "Allow", Action: "*", Resource: "*" };
const denyAll = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" };

function accessOf({ trust = {}, statements = [] as object[] } = {}) {
  const access = createAccess();
  access.putRole({
    arn: roleArn,
    name: "reader",
    trustPolicy: document({
      Effect: "Allow",
      Principal: { Service: "states.amazonaws.com" },
      Action: "sts:AssumeRole",
      ...trust,
    }),
    policies: new Map(statements.length === 0 ? [] : [["inline", document(...statements)]]),
  });
  return access;
}

function refusal(ask: () => void): { code: string; status: number; message: string } {
  try {
    ask();
  } catch (error) {
    return error as { code: string; status: number; message: string };
  }
  throw new Error("it was allowed");
}

test("who may not do what to which resource is told in AWS's words", () => {
  const authorize = accessOf().authorizeAs(role);

  expect(refusal(() => authorize("s3:GetObject", "arn:aws:s3:::b/k"))).toMatchObject({
    code: "AccessDenied",
    status: 403,
    message: `User: ${role.arn} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action`,
  });
  expect(refusal(() => authorize("sqs:sendmessage", "arn:aws:sqs:r:1:q"))).toMatchObject({
    code: "AccessDeniedException",
    status: 400,
    message: `User: ${role.arn} is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:r:1:q because no identity-based policy allows the sqs:sendmessage action`,
  });
});

test("an explicit deny is told with the kind of policy that has it", () => {
  const denied = accessOf({ statements: [{ ...everything, Effect: "Deny" }] }).authorizeAs(role);
  expect(refusal(() => denied("s3:GetObject", "arn:aws:s3:::b/k")).message).toMatch(
    /with an explicit deny in an identity-based policy$/,
  );

  const allowed = accessOf({ statements: [everything] }).authorizeAs(role);
  const resourcePolicy = document(denyAll);
  expect(
    refusal(() => allowed("s3:GetObject", "arn:aws:s3:::b/k", { resourcePolicy })).message,
  ).toMatch(/with an explicit deny in a resource-based policy$/);
});

test("a service is told that the resource's policy does not let it", () => {
  const s3: Caller = {
    kind: "service",
    accountId,
    principal: "s3.amazonaws.com",
    sourceArn: "arn:aws:s3:::landing",
  };
  const ask = () => createAccess().authorizeAs(s3)("sqs:sendmessage", "arn:aws:sqs:r:1:q");

  expect(refusal(ask).message).toBe(
    "User: s3.amazonaws.com is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:r:1:q because no resource-based policy allows the sqs:sendmessage action",
  );
});

test("the operator may do everything that no resource's policy forbids", () => {
  const authorize = createAccess().authorizeAs(operator);

  expect(() => authorize("dynamodb:Scan", "arn:aws:dynamodb:r:1:table/x")).not.toThrow();
  expect(() =>
    authorize("s3:GetObject", "arn:aws:s3:::b/k", { resourcePolicy: document(denyAll) }),
  ).toThrow("explicit deny in a resource-based policy");
});

test("a role that the stack does not have may do nothing", () => {
  const stranger: Caller = { ...role, roleArn: `arn:aws:iam::${accountId}:role/stranger` };
  const authorize = accessOf({ statements: [everything] }).authorizeAs(stranger);

  expect(() => authorize("s3:GetObject", "arn:aws:s3:::b/k")).toThrow("not authorized");
});

test("a policy that refuses plain HTTP does not refuse loopback", () => {
  const resourcePolicy = document({
    ...denyAll,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  });
  const authorize = createAccess().authorizeAs(operator);

  expect(() => authorize("s3:GetObject", "arn:aws:s3:::b/k", { resourcePolicy })).not.toThrow();
});

test("a resource's policy that can't be evaluated allows nothing", () => {
  const resourcePolicy = document({
    ...denyAll,
    Condition: { StringNotEquals: { "aws:SourceVpc": "v" } },
  });
  const authorize = accessOf({ statements: [everything] }).authorizeAs(role);

  expect(() => authorize("s3:GetObject", "arn:aws:s3:::b/k", { resourcePolicy })).toThrow(
    "aws:SourceVpc",
  );
});

test("a role acts only for the service that its trust policy names", () => {
  const access = accessOf();

  expect(() => access.requireTrust(roleArn, "states.amazonaws.com", machineArn)).not.toThrow();
  expect(refusal(() => access.requireTrust(roleArn, "lambda.amazonaws.com"))).toMatchObject({
    code: "InvalidParameterValueException",
    message: "The role defined for the function cannot be assumed by Lambda.",
  });
  expect(
    refusal(() => access.requireTrust(`${roleArn}2`, "states.amazonaws.com", machineArn)),
  ).toMatchObject({
    code: "AccessDeniedException",
    message:
      "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.",
  });
  expect(() => access.requireTrust(roleArn, "events.amazonaws.com")).toThrow(
    "User: events.amazonaws.com is not authorized to perform: sts:AssumeRole",
  );
});

test("Step Functions may go by its name in the region", () => {
  const access = accessOf({ trust: { Principal: { Service: "states.us-east-1.amazonaws.com" } } });

  expect(() => access.requireTrust(roleArn, "states.amazonaws.com", machineArn)).not.toThrow();
  expect(() =>
    access.requireTrust(roleArn, "states.amazonaws.com", machineArn.replace("us-east", "eu-west")),
  ).toThrow("authorized to assume");
});

test("a trust policy is asked with what the service acts for", () => {
  const access = accessOf({
    trust: {
      Condition: {
        ArnLike: { "aws:SourceArn": `arn:aws:states:us-east-1:${accountId}:stateMachine:photo*` },
        StringEquals: { "aws:SourceAccount": accountId },
      },
    },
  });
  const trust = (sourceArn?: string) => () =>
    access.requireTrust(roleArn, "states.amazonaws.com", sourceArn);

  expect(trust(machineArn)).not.toThrow();
  expect(trust(machineArn.replace("photos", "other"))).toThrow("authorized to assume");
  expect(trust()).toThrow("authorized to assume");
});

test("Lambda does not say for which function it takes a role", () => {
  const functionArn = `arn:aws:lambda:us-east-1:${accountId}:function:one`;
  const access = accessOf({
    trust: {
      Principal: { Service: "lambda.amazonaws.com" },
      Condition: { ArnLike: { "aws:SourceArn": functionArn } },
    },
  });

  expect(() => access.requireTrust(roleArn, "lambda.amazonaws.com", functionArn)).toThrow(
    "cannot be assumed by Lambda",
  );
});

test("every decision is told to who listens, with its statements", () => {
  const calls: DecidedCall[] = [];
  const listen = (call: unknown) => {
    calls.push(call as DecidedCall);
  };
  const authorize = accessOf({ statements: [{ ...everything, Sid: "All" }] }).authorizeAs(role);
  subscribe(decisionsChannel, listen);
  try {
    authorize("s3:ListBucket", "arn:aws:s3:::b", { context: { "s3:prefix": "a" } });
  } finally {
    unsubscribe(decisionsChannel, listen);
  }

  expect(calls).toEqual([
    expect.objectContaining({
      caller: role,
      action: "s3:ListBucket",
      resource: "arn:aws:s3:::b",
      decision: "allow",
      context: expect.objectContaining({ "s3:prefix": "a", "aws:PrincipalArn": roleArn }),
      matched: [expect.objectContaining({ statement: "All" })],
    }),
  ]);
});
