import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { S3Error } from "../s3-error.ts";
import { checkPolicy, readPolicy } from "./policy.ts";

const now = Date.parse("2030-01-01T00:00:00Z");
const expiration = "2030-01-01T00:00:01.000Z";
const encode = (policy: unknown) => Buffer.from(JSON.stringify(policy)).toString("base64");
const check = (conditions: unknown[], fields: Record<string, string>, at = now) =>
  checkPolicy(
    readPolicy(encode({ expiration, conditions })),
    new Map(Object.entries(fields)),
    "bucket",
    at,
  );

describe("a form", () => {
  test("that meets every condition passes", () => {
    const conditions = [
      { bucket: "bucket" },
      ["eq", "$Key", "a/b"],
      ["starts-with", "$content-type", "image/"],
      ["starts-with", "$x-amz-meta-any", ""],
      ["content-length-range", 1, "10"],
    ];
    const fields = {
      key: "a/b",
      "content-type": "image/png,image/jpeg",
      "x-amz-meta-any": "thing",
      "x-ignore-this": "1",
      policy: "…",
      "x-amz-signature": "…",
    };

    expect(() => check(conditions, fields)).not.toThrow();
  });

  test.each([
    [[{ key: "a" }], { key: "b" }, 'Policy Condition failed: ["eq","$key","a"]'],
    [[["starts-with", "$key", "a/"]], { key: "b/a/" }, "Policy Condition failed"],
    [
      [["starts-with", "$content-type", "image/"]],
      { "content-type": "image/png,text/x" },
      "failed",
    ],
    [[{ bucket: "another" }], {}, "Policy Condition failed"],
    [[{ key: "a" }], { key: "a", acl: "private" }, "Extra input fields: acl"],
  ])("%j lets %j not pass", (conditions, fields, why) => {
    expect(() => check(conditions, fields)).toThrow(why);
  });

  test("is too late when the policy has expired", () => {
    expect(() => check([], {}, now + 999)).not.toThrow();
    expect(() => check([], {}, now + 1000)).toThrow("Policy expired.");
  });
});

test("several ranges of sizes are all held", () => {
  const conditions = [
    ["content-length-range", 5, 100],
    ["content-length-range", 1, 50],
  ];

  expect(readPolicy(encode({ expiration, conditions }))).toMatchObject({
    minimumSize: 5,
    maximumSize: 50,
  });
});

test.each([
  "",
  "no base64 of JSON",
  encode({ conditions: [] }),
  encode({ expiration: "tomorrow", conditions: [] }),
  encode({ expiration, conditions: [["matches", "$key", ".*"]] }),
  encode({ expiration, conditions: [["eq", "key", "no dollar"]] }),
  encode({ expiration, conditions: [{ a: "1", b: "2" }] }),
  encode({ expiration, conditions: [["content-length-range", -1, 5]] }),
  encode({ expiration, conditions: [], more: 1 }),
])("%j is no policy", (text) => {
  expect(() => readPolicy(text)).toThrow(
    expect.objectContaining({ code: "InvalidPolicyDocument" }),
  );
});

test("whatever is sent as a policy is read or refused, and nothing else happens", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((text) => Buffer.from(text).toString("base64")),
      ),
      (text) => {
        try {
          readPolicy(text);
        } catch (error) {
          expect(error).toBeInstanceOf(S3Error);
        }
      },
    ),
  );
});
