import { parseIncomingKey } from "@darkroom/workflow";
import { expect, test } from "vitest";
import { countNoPictures, seedPlan } from "./seed-plan.ts";

const plan = (count: number, albumSize = 100) => [...seedPlan(count, albumSize)];

test("2,000 objects have 2,000 keys that the pipeline takes, in 20 albums of one user", () => {
  const keys = plan(2000).map(({ key }) => key);
  const owners = keys.map(parseIncomingKey);

  expect(new Set(keys).size).toBe(2000);
  expect(new Set(owners.map((owner) => owner?.userID))).toEqual(new Set(["stepfunction"]));
  expect(new Set(owners.map((owner) => owner?.albumID)).size).toBe(20);
  for (const key of keys) expect(Buffer.byteLength(key)).toBeLessThan(200);
});

test("names that URLs and shells trip over are among them", () => {
  const keys = plan(2000)
    .map(({ key }) => key)
    .join("\n");

  for (const odd of ["+", "%25", "?", "#", "&", '"', "'", "  ", "\\", "📷", "東", "e\u0301"]) {
    expect(keys).toContain(odd);
  }
});

test("most are JPEG, and as many are no pictures as is said", () => {
  for (const count of [1, 49, 50, 99, 2000]) {
    const none = plan(count).filter(({ content }) => "noPicture" in content);
    expect(none).toHaveLength(countNoPictures(count));
  }
  const formats = plan(2000).map(({ content }) => ("picture" in content ? content.picture : ""));
  expect(formats.filter((format) => format === "jpeg")).toHaveLength(1400);
  expect(formats.filter((format) => format === "png")).toHaveLength(200);
});

test("a greater count only adds to a lesser one", () => {
  expect(plan(250).slice(0, 40)).toEqual(plan(40));
});
