import { describe, expect, test } from "vitest";
import { type PolicyKind, parsePolicy } from "./policy.ts";

const all = { Effect: "Allow", Action: "s3:*", Resource: "*" };
const read = (kind: PolicyKind, document: object) => () =>
  parsePolicy(JSON.stringify(document), "policy x", kind);
const readOne = (kind: PolicyKind, statement: object) =>
  read(kind, { Version: "2012-10-17", Statement: statement });

describe("a policy that can't be evaluated here is refused when it is read", () => {
  test.each<[string, PolicyKind, object, string]>([
    ["an element", "identity", { ...all, Actions: "s3:*" }, "Actions"],
    ["an effect", "identity", { ...all, Effect: "Maybe" }, "Effect"],
    ["no action", "identity", { Effect: "Allow", Resource: "*" }, "either Action or NotAction"],
    ["both actions", "identity", { ...all, NotAction: "s3:*" }, "either Action or NotAction"],
    ["no resource", "identity", { Effect: "Allow", Action: "*" }, "either Resource or NotResource"],
    ["an odd action", "identity", { ...all, Action: "GetObject" }, "<service>:<action>"],
    ["an action of any service", "identity", { ...all, Action: "*:Get" }, "<service>:<action>"],
    ["an odd resource", "identity", { ...all, Resource: "bucket/*" }, "neither * nor an ARN"],
    ["a role's principal", "identity", { ...all, Principal: "*" }, "have no Principal"],
    ["no principal", "resource", all, "either Principal or NotPrincipal"],
    [
      "an unknown kind of principal",
      "resource",
      { ...all, Principal: { Federated: "x" } },
      "Principal",
    ],
    ["a principal that names nobody", "resource", { ...all, Principal: {} }, "names nobody"],
    [
      "a wildcard in a principal",
      "resource",
      { ...all, Principal: { AWS: "arn:aws:iam::000000000000:role/*" } },
      "Invalid principal in policy",
    ],
    [
      "an Allow for all others",
      "resource",
      { ...all, NotPrincipal: { AWS: "000000000000" } },
      "NotPrincipal",
    ],
    ["a trust policy's resource", "trust", { ...all, Principal: "*" }, "have no Resource"],
    [
      "an operator",
      "identity",
      { ...all, Condition: { IpAddress: { "aws:PrincipalArn": "10.0.0.0/8" } } },
      "condition operator IpAddress",
    ],
    [
      "an operator over sets",
      "identity",
      { ...all, Condition: { "ForAnyValue:StringEquals": { "s3:prefix": "a" } } },
      "condition operator ForAnyValue:StringEquals",
    ],
    [
      "Null with IfExists",
      "identity",
      { ...all, Condition: { NullIfExists: { "s3:prefix": "true" } } },
      "NullIfExists",
    ],
    [
      "a name every object has",
      "identity",
      { ...all, Condition: { constructor: { "s3:prefix": "a" } } },
      "condition operator constructor",
    ],
    // As a Deny it would never apply, and so allow.
    [
      "a key",
      "identity",
      { ...all, Effect: "Deny", Condition: { StringNotEquals: { "aws:SourceVpc": "v" } } },
      "aws:SourceVpc",
    ],
    [
      "no values",
      "identity",
      { ...all, Condition: { StringEquals: { "s3:prefix": [] } } },
      "s3:prefix",
    ],
    [
      "a number that is none",
      "identity",
      { ...all, Condition: { NumericEquals: { "s3:max-keys": "x" } } },
      "not a number",
    ],
    [
      "a boolean that is none",
      "identity",
      { ...all, Condition: { Bool: { "aws:SecureTransport": "yes" } } },
      "neither true nor false",
    ],
    [
      "an ARN that is none",
      "identity",
      { ...all, Condition: { ArnLike: { "aws:SourceArn": "*" } } },
      "no ARN",
    ],
    [
      "a variable",
      "identity",
      { ...all, Resource: "arn:aws:s3:::b/${aws:username}" },
      "aws:username",
    ],
    [
      "half a variable",
      "identity",
      { ...all, Resource: "arn:aws:s3:::b/${aws:PrincipalArn" },
      "does not end",
    ],
    [
      "a function",
      "identity",
      { ...all, Resource: "arn:aws:s3:::b/${upper(x)}" },
      "no policy variable",
    ],
  ])("%s", (_, kind, statement, why) => {
    expect(readOne(kind, statement)).toThrow("policy x: the local cloud can't evaluate");
    expect(readOne(kind, statement)).toThrow(why);
  });

  test("the language of 2008, in which variables are none", () => {
    expect(read("identity", { Version: "2008-10-17", Statement: all })).toThrow("Version");
    expect(read("identity", { Statement: all })).toThrow("Version");
  });

  test("text that isn't JSON, and a document without statements", () => {
    expect(() => parsePolicy("{", "policy x", "identity")).toThrow(
      "policy x: the policy is not JSON",
    );
    expect(read("identity", { Version: "2012-10-17" })).toThrow("Statement");
  });
});

test("no condition is lost by an odd name", () => {
  const json = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"__proto__":{"s3:prefix":"a"}}}}`;
  expect(() => parsePolicy(json, "policy x", "identity")).toThrow("__proto__");
});

test("the fault is told with the statement that has it", () => {
  const wrong = { ...all, Sid: "Second", Action: "x" };
  expect(read("identity", { Version: "2012-10-17", Statement: [all, wrong] })).toThrow(
    "statement Second:",
  );
  expect(
    read("identity", { Version: "2012-10-17", Statement: [all, { ...all, Action: "x" }] }),
  ).toThrow("statement 2:");
});
