import {
  EventBridgeClient,
  PutEventsCommand,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTarget, type Target } from "./target.ts";

const seed = 20_260_501;
/** So many calls are under way at once. */
const batch = 8;
let target: Target;
let events: EventBridgeClient;
beforeAll(async () => {
  target = await openTarget();
  events = new EventBridgeClient(target.client);
});
afterAll(async () => {
  events.destroy();
  await target.close();
});

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const word = fc.constantFrom("a", "b", "source", "detail", "prefix", "numeric", "$or", "exists");
const leaf: fc.Arbitrary<Json> = fc.constantFrom("x", "", "ü", "a*", 0, 1, -2.5, true, false, null);
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(word, fc.constantFrom("wildcard", "anything-but", "cidr", "__proto__")),
      tie("json"),
      {
        maxKeys: 3,
      },
    ),
  ),
}));

/** Details of events: names that no operator has. */
const { detail } = fc.letrec<{ detail: Json }>((tie) => ({
  detail: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("x", "y", "ü", 0, 7, true, null),
    fc.dictionary(fc.constantFrom("one", "two", "three"), tie("detail"), {
      minKeys: 1,
      maxKeys: 3,
    }),
  ),
}));

const eventOf = (content: Json) => ({
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": "something",
  source: "fuzz",
  account: "111122223333",
  time: "2026-05-01T12:00:00Z",
  region: "us-east-1",
  resources: [],
  detail: content,
});

async function matches(pattern: string, event: string): Promise<boolean | string> {
  try {
    const command = new TestEventPatternCommand({ EventPattern: pattern, Event: event });
    return (await events.send(command)).Result ?? "no result";
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
    // A fault, or no answer at all, has no such status.
    expect([error.name, $metadata?.httpStatusCode]).toEqual([error.name, 400]);
    return error.name;
  }
}

/** The pattern that asks for every leaf of a value. */
function patternOf(value: Json): Json {
  if (typeof value !== "object" || value === null) return [value];
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, patternOf(one)]));
}

const changed = (value: Json): Json => {
  if (typeof value !== "object" || value === null) return value === "x" ? "z" : "x";
  const [first, ...others] = Object.entries(value);
  return first === undefined
    ? value
    : { [first[0]]: changed(first[1]), ...Object.fromEntries(others) };
};

test("a pattern of any shape is taken or refused as a pattern, and never a fault", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.dictionary(word, json, { maxKeys: 3 }), { minLength: batch, maxLength: batch }),
      async (all) => {
        const event = JSON.stringify(eventOf({ a: "x" }));
        const results = await Promise.all(all.map((one) => matches(JSON.stringify(one), event)));

        for (const result of results)
          expect([true, false, "InvalidEventPatternException"]).toContain(result);
      },
    ),
    { seed, numRuns: 40 },
  );
});

test("an event matches the pattern of its own values, and no longer when one of them changes", async () => {
  const object = fc.dictionary(fc.constantFrom("one", "two"), detail, { minKeys: 1, maxKeys: 2 });
  await fc.assert(
    fc.asyncProperty(fc.array(object, { minLength: batch, maxLength: batch }), async (all) => {
      const results = await Promise.all(
        all.map((content) => {
          const pattern = JSON.stringify({ source: ["fuzz"], detail: patternOf(content) });
          return Promise.all([
            matches(pattern, JSON.stringify(eventOf(content))),
            matches(pattern, JSON.stringify(eventOf(changed(content)))),
          ]);
        }),
      );

      for (const result of results) expect(result).toEqual([true, false]);
    }),
    { seed, numRuns: 20 },
  );
});

test.each([
  ["of great depth", `${'{"a":'.repeat(600)}["x"]${"}".repeat(600)}`],
  ["that is no object", "[]"],
  ["that is no JSON", "{"],
  ["with half of a surrogate pair", '{"source":["\\ud800"]}'],
  ["with many stars", `{"source":[{"wildcard":"${"*a".repeat(500)}"}]}`],
  [
    "with many alternatives",
    JSON.stringify({
      $or: Array.from({ length: 40 }, (_, n) => ({
        $or: Array.from({ length: 40 }, (_, m) => ({ a: [n * m] })),
      })),
    }).slice(0, 4096),
  ],
  ["that names the prototype", '{"__proto__":{"source":["x"]},"constructor":["y"]}'],
])("a pattern %s is no fault", async (_, pattern) => {
  const event = JSON.stringify(eventOf("a".repeat(10_000)));

  expect([true, false, "InvalidEventPatternException"]).toContain(await matches(pattern, event));
});

test.each([
  ["of great depth", `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`],
  ["with a field named __proto__", '{"__proto__":{"x":1},"constructor":{"prototype":1}}'],
  ["with half of a surrogate pair", '{"a":"\\ud800"}'],
  ["that is an array", "[]"],
  ["that is no JSON", "{"],
  ["with a field twice", '{"a":1,"a":2}'],
])("the detail of an event %s is taken or refused for that entry alone", async (_, content) => {
  const entry = { Source: "fuzz", DetailType: "something" };
  const { Entries = [] } = await events.send(
    new PutEventsCommand({
      Entries: [
        { ...entry, Detail: content },
        { ...entry, Detail: "{}" },
      ],
    }),
  );

  expect(Entries).toHaveLength(2);
  expect(["MalformedDetail", undefined]).toContain(Entries[0]?.ErrorCode);
  expect(Entries[1]?.EventId).toBeDefined();
});
