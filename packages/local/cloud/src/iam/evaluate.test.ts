import { describe, expect, test } from "vitest";
import type { Caller } from "../caller.ts";
import { evaluate } from "./evaluate.ts";
import { type PolicyKind, parsePolicy } from "./policy.ts";

const accountId = "000000000000";
const roleArn = `arn:aws:iam::${accountId}:role/reader`;
const sessionArn = `arn:aws:sts::${accountId}:assumed-role/reader/session`;
const role: Caller = { kind: "role", accountId, roleArn, arn: sessionArn };
const s3: Caller = {
  kind: "service",
  accountId,
  principal: "s3.amazonaws.com",
  sourceArn: "arn:aws:s3:::landing",
};

const policy = (kind: PolicyKind, ...statements: object[]) =>
  parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }), "policy x", kind);

interface Asked {
  readonly action?: string;
  readonly resource?: string;
  readonly context?: Record<string, string>;
  readonly caller?: Caller;
}

const request = ({ action = "s3:GetObject", resource = "arn:aws:s3:::b/k", ...rest }: Asked) => ({
  caller: role,
  context: {},
  action,
  resource,
  ...rest,
});

const byRole = (asked: Asked, ...statements: object[]) =>
  evaluate(request(asked), { identity: [policy("identity", ...statements)] }).decision;
const byResource = (asked: Asked, ...statements: object[]) =>
  evaluate(request(asked), { identity: [], resource: policy("resource", ...statements) }).decision;

const all = { Effect: "Allow", Action: "*", Resource: "*" };

describe("Action", () => {
  test.each([
    ["s3:GetObject", true],
    ["s3:getobject", true],
    ["s3:Get*", true],
    ["s3:*", true],
    ["*", true],
    ["s3:GetObjec?", true],
    ["s3:Put*", false],
    ["sqs:*", false],
    ["s3:GetObjectVersion", false],
  ])("%s covers s3:GetObject: %s", (Action, covers) => {
    expect(byRole({}, { Effect: "Allow", Action, Resource: "*" })).toBe(
      covers ? "allow" : "implicit-deny",
    );
  });

  test("a NotAction covers what it does not name", () => {
    const notGet = { Effect: "Allow", NotAction: ["s3:Get*", "sqs:*"], Resource: "*" };
    expect(byRole({}, notGet)).toBe("implicit-deny");
    expect(byRole({ action: "s3:PutObject" }, notGet)).toBe("allow");
  });
});

describe("Resource", () => {
  test.each([
    ["arn:aws:s3:::b/k", "arn:aws:s3:::b/k", true],
    ["arn:aws:s3:::b/*", "arn:aws:s3:::b/k/l:m", true],
    ["arn:aws:s3:::b/?", "arn:aws:s3:::b/kk", false],
    ["arn:aws:s3:::b/k", "arn:aws:s3:::B/k", false],
    ["arn:aws:s3:::b", "arn:aws:s3:::b/k", false],
    ["arn:aws:s3:::b/a.c", "arn:aws:s3:::b/abc", false],
    ["arn:aws:s3:::b/*", "arn:aws:s3:::b/line\nbreak", true],
    ["arn:aws:logs:*:*:log-group:/g:*", "arn:aws:logs:us-east-1:1:log-group:/g:log-stream:s", true],
    // No wildcard reaches over a colon of the first five parts.
    ["arn:aws:*:k", "arn:aws:s3:::k", "error"],
    ["arn:aws:s3:*", "arn:aws:s3:::k", "error"],
    ["arn:aws:*:::k", "arn:aws:s3:::k", true],
    ["arn:aws:*::k", "arn:aws:s3:::k", "error"],
  ])("%s covers %s: %s", (Resource, resource, covers) => {
    const ask = () => byRole({ resource }, { Effect: "Allow", Action: "*", Resource });
    if (covers === "error") expect(ask).toThrow("neither * nor an ARN");
    else expect(ask()).toBe(covers ? "allow" : "implicit-deny");
  });

  test("a NotResource covers what it does not name", () => {
    const notSecret = { Effect: "Allow", Action: "*", NotResource: "arn:aws:s3:::b/secret/*" };
    expect(byRole({ resource: "arn:aws:s3:::b/secret/k" }, notSecret)).toBe("implicit-deny");
    expect(byRole({}, notSecret)).toBe("allow");
  });
});

describe("a policy variable", () => {
  const ownFolder = {
    Effect: "Allow",
    Action: "*",
    Resource: "arn:aws:s3:::b/${aws:PrincipalAccount}/*",
  };
  const under = (account: string, key: string) =>
    byRole(
      { resource: `arn:aws:s3:::b/${key}`, context: { "aws:PrincipalAccount": account } },
      ownFolder,
    );

  test("is what the request says", () => {
    expect(under("1", "1/k")).toBe("allow");
    expect(under("1", "2/k")).toBe("implicit-deny");
  });

  test("never becomes a wildcard by its value", () => {
    expect(under("*", "2/k")).toBe("implicit-deny");
    expect(under("*", "*/k")).toBe("allow");
  });

  test("without a value matches nothing, or its default", () => {
    expect(byRole({ resource: "arn:aws:s3:::b//k" }, ownFolder)).toBe("implicit-deny");
    const withDefault = {
      ...ownFolder,
      Resource: "arn:aws:s3:::b/${aws:PrincipalAccount, 'nobody'}/*",
    };
    expect(byRole({ resource: "arn:aws:s3:::b/nobody/k" }, withDefault)).toBe("allow");
  });

  test("of a single character is this character", () => {
    const star = { Effect: "Allow", Action: "*", Resource: "arn:aws:s3:::b/${*}${?}${$}" };
    expect(byRole({ resource: "arn:aws:s3:::b/*?$" }, star)).toBe("allow");
    expect(byRole({ resource: "arn:aws:s3:::b/abc" }, star)).toBe("implicit-deny");
  });
});

describe("a condition", () => {
  test.each([
    ["StringEquals", "s3:prefix", "a", "a", true],
    ["StringEquals", "s3:prefix", "a*", "ab", false],
    ["StringEquals", "s3:prefix", "a", undefined, false],
    ["StringEquals", "S3:Prefix", ["a", "b"], "b", true],
    ["StringEqualsIfExists", "s3:prefix", "a", undefined, true],
    ["StringEqualsIfExists", "s3:prefix", "a", "b", false],
    ["StringNotEquals", "s3:prefix", ["a", "b"], "b", false],
    ["StringNotEquals", "s3:prefix", ["a", "b"], "c", true],
    ["StringNotEquals", "s3:prefix", "a", undefined, true],
    ["StringEqualsIgnoreCase", "s3:prefix", "A", "a", true],
    ["StringNotEqualsIgnoreCase", "s3:prefix", "A", "a", false],
    ["StringLike", "s3:prefix", "Incoming/*", "Incoming/a", true],
    ["StringLike", "s3:prefix", "Incoming/*", "Thumbnail/a", false],
    ["StringNotLike", "s3:prefix", "Incoming/*", "Incoming/a", false],
    ["ArnEquals", "aws:SourceArn", "arn:aws:s3:::land*", "arn:aws:s3:::landing", true],
    ["ArnLike", "AWS:SourceArn", "arn:aws:s3:::landing", "arn:aws:s3:::other", false],
    ["ArnLike", "aws:SourceArn", "arn:aws:s3:::landing", undefined, false],
    ["ArnNotEquals", "aws:SourceArn", "arn:aws:s3:::landing", "arn:aws:s3:::other", true],
    ["ArnNotLike", "aws:SourceArn", "arn:aws:s3:::*", "arn:aws:s3:::other", false],
    ["NumericLessThanEquals", "s3:max-keys", "10", "10", true],
    ["NumericLessThanEquals", "s3:max-keys", 10, "11", false],
    ["NumericGreaterThan", "s3:max-keys", "10", "many", false],
    ["NumericNotEquals", "s3:max-keys", "10", undefined, true],
    ["Bool", "aws:SecureTransport", "false", "true", false],
    ["Bool", "aws:SecureTransport", true, "true", true],
    ["BoolIfExists", "aws:SecureTransport", "false", undefined, true],
    ["Null", "s3:prefix", "true", undefined, true],
    ["Null", "s3:prefix", "true", "a", false],
    ["Null", "s3:prefix", false, "", true],
  ] as const)("%s %s %j of %j holds: %s", (operator, key, wanted, value, holds) => {
    const context = value === undefined ? {} : { [key]: value };
    const decision = byRole({ context }, { ...all, Condition: { [operator]: { [key]: wanted } } });
    expect(decision).toBe(holds ? "allow" : "implicit-deny");
  });

  test("needs each of its operators and keys", () => {
    const Condition = {
      StringLike: { "s3:prefix": "a*", "s3:delimiter": "/" },
      Bool: { "aws:SecureTransport": "true" },
    };
    const context = { "s3:prefix": "ab", "s3:delimiter": "/", "aws:SecureTransport": "true" };
    expect(byRole({ context }, { ...all, Condition })).toBe("allow");
    for (const key of Object.keys(context)) {
      expect(byRole({ context: { ...context, [key]: "-" } }, { ...all, Condition })).toBe(
        "implicit-deny",
      );
    }
  });
});

describe("a principal", () => {
  const allow = (Principal: unknown) => ({ ...all, Principal });
  const deny = (element: object) => ({ Effect: "Deny", Action: "*", Resource: "*", ...element });

  test.each([
    ["everyone", "*", true],
    ["everyone of AWS", { AWS: "*" }, true],
    ["the role", { AWS: roleArn }, true],
    ["its session", { AWS: [`arn:aws:iam::${accountId}:role/other`, sessionArn] }, true],
    ["another role", { AWS: `arn:aws:iam::${accountId}:role/other` }, false],
    ["a service", { Service: "s3.amazonaws.com" }, false],
    // It hands the decision to the account's own policies.
    ["the account", { AWS: accountId }, false],
    ["the account's root", { AWS: `arn:aws:iam::${accountId}:root` }, false],
  ])("%s allows a role's session: %s", (_, Principal, allows) => {
    expect(byResource({}, allow(Principal))).toBe(allows ? "allow" : "implicit-deny");
  });

  test("that is the account denies everyone of it", () => {
    const asked = byResource({}, allow("*"), deny({ Principal: { AWS: accountId } }));
    expect(asked).toBe("explicit-deny");
  });

  test("that is a service allows that service alone", () => {
    const asked = (caller: Caller) =>
      byResource({ caller }, allow({ Service: "s3.amazonaws.com" }));
    expect(asked(s3)).toBe("allow");
    expect(asked({ ...s3, principal: "events.amazonaws.com" })).toBe("implicit-deny");
  });

  test("with Not is everyone but those named, a session only with its role and account", () => {
    const but = (...AWS: string[]) => byResource({}, allow("*"), deny({ NotPrincipal: { AWS } }));
    expect(but(roleArn, sessionArn, accountId)).toBe("allow");
    expect(but(roleArn, sessionArn)).toBe("explicit-deny");
    expect(but(roleArn, accountId)).toBe("explicit-deny");
    expect(but(`arn:aws:iam::${accountId}:role/other`)).toBe("explicit-deny");
  });
});

test("either the role's or the resource's policy suffices, and a deny in either wins", () => {
  const decide = (identity: object[], resource: object[]) =>
    evaluate(request({}), {
      identity: identity.map((one) => policy("identity", one)),
      resource: policy("resource", ...resource),
    }).decision;
  const deny = { ...all, Effect: "Deny" };
  const none = { ...all, Action: "sqs:SendMessage", Principal: "*" };

  expect(decide([all], [none])).toBe("allow");
  expect(decide([], [{ ...all, Principal: "*" }])).toBe("allow");
  expect(decide([], [none])).toBe("implicit-deny");
  expect(decide([all, deny], [{ ...all, Principal: "*" }])).toBe("explicit-deny");
  expect(decide([all], [{ ...deny, Principal: "*" }])).toBe("explicit-deny");
});

test("the statements that decided are told, with what of them matched", () => {
  const statement = {
    Sid: "Read",
    Effect: "Allow",
    Action: ["s3:GetObject", "s3:PutObject", "s3:Get*"],
    Resource: ["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"],
  };
  const { matched } = evaluate(request({}), { identity: [policy("identity", statement, all)] });

  expect(matched()).toEqual([
    {
      policy: "policy x",
      statement: "Read",
      effect: "Allow",
      policyType: "identity-based",
      actions: ["s3:GetObject", "s3:Get*"],
      resources: ["arn:aws:s3:::b/*"],
    },
    expect.objectContaining({ statement: "2", actions: ["*"], resources: ["*"] }),
  ]);
});
