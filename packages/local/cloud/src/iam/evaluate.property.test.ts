import fc from "fast-check";
import { expect, test } from "vitest";
import type { Caller } from "../caller.ts";
import { evaluate } from "./evaluate.ts";
import { parsePolicy } from "./policy.ts";

const accountId = "000000000000";
const roleArn = `arn:aws:iam::${accountId}:role/r`;
const callers: readonly Caller[] = [
  { kind: "role", accountId, roleArn, arn: `arn:aws:sts::${accountId}:assumed-role/r/s` },
  { kind: "service", accountId, principal: "s3.amazonaws.com", sourceArn: "arn:aws:s3:::b" },
];

// Few names, so that statements and requests often meet.
const actions = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage"];
const resources = ["arn:aws:s3:::b/k", "arn:aws:s3:::b/a/k", "arn:aws:sqs:r:1:q", "*"];
const subset = (values: readonly string[]) =>
  fc.subarray([...values], { minLength: 1 }).map((some) => [...some]);

const request = fc.record({
  caller: fc.constantFrom(...callers),
  action: fc.constantFrom(...actions),
  resource: fc.constantFrom(...resources),
  context: fc.dictionary(
    fc.constantFrom("s3:prefix", "aws:SourceArn", "aws:PrincipalArn"),
    fc.constantFrom("a", "b", "arn:aws:s3:::b", "arn:aws:s3:::c"),
  ),
});

const condition = fc.dictionary(
  fc.constantFrom("StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists"),
  fc.dictionary(
    fc.constantFrom("s3:prefix", "aws:SourceArn"),
    subset(["a", "*", "arn:aws:s3:::b", "${aws:PrincipalArn}"]),
    { minKeys: 1, maxKeys: 2 },
  ),
  { maxKeys: 2 },
);

const body = fc
  .tuple(
    subset([...actions, "s3:*", "s3:Get*", "*"]),
    fc.boolean(),
    subset([...resources, "arn:aws:s3:::b/*", "arn:aws:s3:::b/${s3:prefix}/*"]),
    fc.boolean(),
    condition,
  )
  .map(([action, notAction, resource, notResource, Condition]) => ({
    [notAction ? "NotAction" : "Action"]: action,
    [notResource ? "NotResource" : "Resource"]: resource,
    Condition,
  }));
const effect = fc.constantFrom("Allow", "Deny");
const principal = fc.constantFrom<unknown>(
  "*",
  { AWS: roleArn },
  { AWS: accountId },
  { Service: "s3.amazonaws.com" },
);
const identityStatement = fc.tuple(effect, body).map(([Effect, rest]) => ({ Effect, ...rest }));
const resourceStatement = fc
  .tuple(identityStatement, principal)
  .map(([rest, Principal]) => ({ ...rest, Principal }));

const statements = fc.record({
  identity: fc.array(identityStatement, { minLength: 1, maxLength: 5 }),
  resource: fc.array(resourceStatement, { minLength: 1, maxLength: 5 }),
});
interface Statements {
  readonly identity: readonly object[];
  readonly resource: readonly object[];
}

const document = (some: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: some });

function decide(asked: Parameters<typeof evaluate>[0], { identity, resource }: Statements) {
  return evaluate(asked, {
    identity: identity.length === 0 ? [] : [parsePolicy(document(identity), "i", "identity")],
    resource: resource.length === 0 ? undefined : parsePolicy(document(resource), "r", "resource"),
  }).decision;
}

const runs = { numRuns: 200 };

test("a further Deny changes nothing or denies", () => {
  fc.assert(
    fc.property(request, statements, body, principal, (asked, some, rest, Principal) => {
      const deny = { ...rest, Effect: "Deny" };
      const before = decide(asked, some);
      const more = [
        decide(asked, { ...some, identity: [...some.identity, deny] }),
        decide(asked, { ...some, resource: [...some.resource, { ...deny, Principal }] }),
      ];
      for (const after of more) {
        expect([before, "explicit-deny"]).toContain(after);
      }
    }),
    runs,
  );
});

test("a further Allow never takes an explicit deny away, and denies nothing", () => {
  fc.assert(
    fc.property(request, statements, body, (asked, some, rest) => {
      const before = decide(asked, some);
      const more = [...some.identity, { ...rest, Effect: "Allow" }];
      const after = decide(asked, { ...some, identity: more });
      expect(after === before || (before === "implicit-deny" && after === "allow")).toBe(true);
    }),
    runs,
  );
});

test("the order of statements does not matter, nor in how many policies they stand", () => {
  fc.assert(
    fc.property(request, statements, (asked, some) => {
      const reversed = {
        identity: some.identity.toReversed(),
        resource: some.resource.toReversed(),
      };
      const before = decide(asked, some);
      expect(decide(asked, reversed)).toBe(before);
      const apart = evaluate(asked, {
        identity: some.identity.map((one) => parsePolicy(document([one]), "i", "identity")),
        resource: parsePolicy(document(some.resource), "r", "resource"),
      });
      expect(apart.decision).toBe(before);
    }),
    runs,
  );
});

test("without an Allow nothing is allowed", () => {
  fc.assert(
    fc.property(request, statements, (asked, some) => {
      const denying = (all: readonly object[]) => all.map((one) => ({ ...one, Effect: "Deny" }));
      const decision = decide(asked, {
        identity: denying(some.identity),
        resource: denying(some.resource),
      });
      expect(decision).not.toBe("allow");
    }),
    runs,
  );
});

test("a statement with something that is not supported is always an error", () => {
  const unsupported = fc.oneof(
    fc
      .string({ minLength: 1 })
      .filter((name) => !/^(Sid|Effect|(Not)?(Principal|Action|Resource)|Condition)$/.test(name))
      .map((name) => ({ [name]: "x" })),
    fc
      .constantFrom("IpAddress", "DateLessThan", "BinaryEquals", "ForAllValues:StringLike", "Not")
      .map((operator) => ({ Condition: { [operator]: { "s3:prefix": "a" } } })),
    fc
      .constantFrom("aws:SourceIp", "aws:CurrentTime", "s3:versionid", "kms:ViaService", "prefix")
      .map((key) => ({ Condition: { StringEquals: { [key]: "a" } } })),
    fc
      .constantFrom("aws:username", "aws:userid", "", "s3:prefix,", "s3:prefix, 'a")
      .map((variable) => ({ NotResource: undefined, Resource: `arn:aws:s3:::b/\${${variable}}` })),
  );
  fc.assert(
    fc.property(identityStatement, unsupported, (statement, odd) => {
      expect(() => parsePolicy(document([{ ...statement, ...odd }]), "i", "identity")).toThrow(
        "can't evaluate",
      );
    }),
    runs,
  );
});
