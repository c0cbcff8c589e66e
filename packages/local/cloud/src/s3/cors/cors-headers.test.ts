import { expect, test } from "vitest";
import { corsHeaders } from "./cors-headers.ts";

const rule = {
  origins: ["https://a.example", "https://*.b.example"],
  methods: ["GET"],
  headers: ["x-amz-*"],
  exposed: [],
};
const ask = (origin: string, method = "GET", headers: string[] = []) =>
  corsHeaders([rule], { origin, method, headers });

test.each([
  ["https://a.example", true],
  ["https://A.example", true],
  ["https://x.b.example", true],
  ["https://.b.example", true],
  ["https://b.example", false],
  ["https://x.b.example.org", false],
  ["http://a.example", false],
  ["null", false],
])("of the origin %s it is %s that it is allowed", (origin, allowed) => {
  expect(ask(origin) !== undefined).toBe(allowed);
});

test("every header that is asked for must be allowed", () => {
  expect(ask("https://a.example", "GET", ["x-amz-date", "x-amz-meta-a"])).toMatchObject({
    "access-control-allow-headers": "x-amz-date, x-amz-meta-a",
  });
  expect(ask("https://a.example", "GET", ["x-amz-date", "content-type"])).toBeUndefined();
});

test("the first rule that fits decides", () => {
  const second = { ...rule, origins: ["*"], maxAgeSeconds: 5 };
  const question = { origin: "https://a.example", method: "GET", headers: [] };

  expect(corsHeaders([rule, second], question)).toMatchObject({
    "access-control-allow-origin": "https://a.example",
    "access-control-allow-credentials": "true",
  });
  expect(corsHeaders([rule, second], { ...question, origin: "https://c.example" })).toMatchObject({
    "access-control-allow-origin": "*",
    "access-control-max-age": "5",
  });
});
