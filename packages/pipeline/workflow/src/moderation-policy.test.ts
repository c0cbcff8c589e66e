import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { moderation } from "./contracts.ts";
import document from "./moderation-policy.json" with { type: "json" };
import {
  type ModerationPolicy,
  moderationPolicy,
  parseModerationPolicy,
  policyVersionOf,
} from "./moderation-policy.ts";
import { isModerationCategory, moderationTaxonomy } from "./moderation-taxonomy.ts";

const names = Object.keys(moderationTaxonomy);
const levelOf = (name: string): number => {
  const parent = moderationTaxonomy[name as keyof typeof moderationTaxonomy];
  return parent === "" ? 1 : 1 + levelOf(parent);
};

describe("the taxonomy", () => {
  test("has 10 categories at the top level, 20 at the second and 22 at the third", () => {
    const levels = names.map(levelOf);
    expect([1, 2, 3].map((level) => levels.filter((each) => each === level).length)).toEqual([
      10, 20, 22,
    ]);
  });

  test("has a parent of every label that isn't at the top", () => {
    const parents = Object.values(moderationTaxonomy).filter((parent) => parent !== "");
    expect(parents.filter((parent) => !isModerationCategory(parent))).toEqual([]);
  });

  test("knows no label that only every object has", () => {
    expect(isModerationCategory("constructor")).toBe(false);
  });
});

describe("the default policy", () => {
  test("is valid, and has a rule for every category of the top level", () => {
    const { categories } = parseModerationPolicy(document);
    const top = names.filter((name) => levelOf(name) === 1);
    expect(top.filter((name) => !Object.hasOwn(categories, name))).toEqual([]);
  });

  test("rejects by itself only what is explicit, or surely bare", () => {
    const rejecting = Object.entries(parseModerationPolicy(document).categories)
      .filter(([, { reject }]) => reject !== undefined)
      .map(([name, { reject }]) => [name, reject]);
    expect(rejecting).toEqual([
      ["Explicit", 80],
      ["Non-Explicit Nudity of Intimate parts and Kissing", 95],
    ]);
  });
});

describe("a policy", () => {
  const version = "7";
  const rule = { reject: 80, review: 50 };

  test.each([
    ["text", JSON.stringify({ version, categories: { Explicit: rule } })],
    ["a value", { version, categories: { Explicit: rule } }],
  ])("is taken as %s", (_, policy) => {
    expect(parseModerationPolicy(policy)).toEqual({ version, categories: { Explicit: rule } });
  });

  test.each([
    ["a threshold of 120", { Explicit: { reject: 120 } }, "categories.Explicit.reject: Too big"],
    ["a negative one", { Violence: { review: -1 } }, "categories.Violence.review: Too small"],
    ["one in hundredths", { Violence: { review: 50.05 } }, "categories.Violence.review: "],
    ["one as text", { Violence: { review: "50" } }, "categories.Violence.review: "],
    ["an unknown category", { Nudity: rule }, "categories.Nudity: is no label"],
    ["a category in other capitals", { explicit: rule }, "categories.explicit: is no label"],
    ["a rule without a threshold", { Explicit: {} }, "categories.Explicit: needs reject"],
    [
      "review above reject",
      { Explicit: { reject: 50, review: 80 } },
      "categories.Explicit.review: must not be above reject",
    ],
    ["another member", { Explicit: { ...rule, ask: 1 } }, "categories.Explicit: Unrecognized key"],
    ["no category", {}, "categories: needs at least one category"],
    ["no categories", undefined, "categories: "],
  ])("with %s is refused with its path", (_, categories, message) => {
    expect(() => parseModerationPolicy({ version, categories })).toThrow(message);
  });

  test.each(["", "a b", "v".repeat(33)])("can't be of version %j", (name) => {
    expect(() => parseModerationPolicy({ version: name, categories: { Explicit: rule } })).toThrow(
      "version: needs 1 to 32 letters",
    );
  });

  test("is refused with all that is wrong at once", () => {
    const categories = { Nudity: rule, Explicit: { reject: 120 } };
    expect(() => parseModerationPolicy({ version, categories })).toThrow(
      /categories\.Nudity: .*; categories\.Explicit\.reject: /,
    );
  });

  test("that isn't JSON is refused as that", () => {
    expect(() => parseModerationPolicy("{version")).toThrow("The moderation policy is not JSON: ");
  });

  test("with both thresholds for every label fits into a function's environment of 4 KB", () => {
    const largest = { reject: 99.9, review: 99.9 };
    const categories = Object.fromEntries(names.map((name) => [name, largest]));
    const policy = parseModerationPolicy({ version: "v".repeat(32), categories });
    expect(Buffer.byteLength(JSON.stringify(policy))).toBeLessThan(3072);
  });
});

describe("policyVersionOf", () => {
  const tenths = fc.integer({ min: 0, max: 1000 }).map((value) => value / 10);
  const rules = fc.record({ reject: tenths, review: tenths }).map(({ reject, review }) => ({
    reject: Math.max(reject, review),
    review: Math.min(reject, review),
  }));
  const policies = fc.record({
    version: fc.constantFrom("1", "2"),
    categories: fc.dictionary(fc.constantFrom(...names), rules, { minKeys: 1 }),
  }) as fc.Arbitrary<ModerationPolicy>;

  test("names the version and eight digits of the document", () => {
    const policy = parseModerationPolicy(document);
    expect(policyVersionOf(policy)).toMatch(/^1-[0-9a-f]{8}$/);
    expect(moderation.shape.policyVersion.parse(policyVersionOf(policy))).toBeDefined();
  });

  test("is the same for the same rules, in whatever order they are written", () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const entries = Object.entries(policy.categories).toReversed();
        const turned = { categories: Object.fromEntries(entries), version: policy.version };
        expect(policyVersionOf(moderationPolicy.parse(turned))).toBe(policyVersionOf(policy));
      }),
    );
  });

  test("tells any two policies apart that differ", () => {
    fc.assert(
      fc.property(policies, fc.constantFrom(...names), rules, (policy, name, rule) => {
        const edited = moderationPolicy.parse({
          ...policy,
          categories: { ...policy.categories, [name]: rule },
        });
        const same = JSON.stringify(edited) === JSON.stringify(moderationPolicy.parse(policy));
        fc.pre(!same);
        const before = policy.categories[name as keyof typeof policy.categories];
        fc.pre(before?.reject !== rule.reject || before.review !== rule.review);
        expect(policyVersionOf(edited)).not.toBe(policyVersionOf(policy));
      }),
    );
  });
});
