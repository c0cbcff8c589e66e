import { readFileSync } from "node:fs";
import * as sdk from "@aws-sdk/client-sfn";
import { describe, expect, it } from "vitest";
import { integrations } from "./integrations/integrations.ts";
import { statesOperations } from "./operations.ts";
import { isTaskResource } from "./task-invoker.ts";

const document = readFileSync(
  new URL("../../../../../docs/feature-support.md", import.meta.url),
  "utf8",
);

/** The cells of a section's table, without its head. */
function tableOf(section: string): string[][] {
  const [, text = ""] = document.split(`## ${section}\n`);
  const lines = (text.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

describe("the integrations of docs/feature-support.md", () => {
  const rows = tableOf("Service integrations");
  const patterns = ["", ".waitForTaskToken", ".sync", ".sync:2"];

  it.each(rows)("has %s as the table says", (name, ...statuses) => {
    const found = patterns.map((pattern) => isTaskResource(`arn:aws:states:::${name}${pattern}`));
    expect(statuses).toEqual(found.map((runs) => (runs ? "supported" : "refused")));
  });

  it("names every optimized integration, and one action of each aws-sdk service", () => {
    const named = new Set(rows.map(([name = ""]) => serviceOf(name)));
    expect([...integrations.keys()].map(serviceOf).filter((name) => !named.has(name))).toEqual([]);
  });
});

/** `sqs:sendMessage` stands for itself, `aws-sdk:s3:getObject` for `aws-sdk:s3`. */
const serviceOf = (name: string): string => /^aws-sdk:\w+/.exec(name)?.[0] ?? name;

describe("the operations of docs/feature-support.md", () => {
  const rows = tableOf("API operations");

  it("are all operations of the SDK", () => {
    const names = Object.keys(sdk).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? []);
    expect(rows.map(([name]) => name)).toEqual(names.toSorted());
  });

  it("are supported if they stand in the table of operations, and refused otherwise", () => {
    // Nothing is called: the names alone are looked at.
    const operations = statesOperations({} as Parameters<typeof statesOperations>[0]);
    const found = rows.map(([name = ""]) => [
      name,
      Object.hasOwn(operations, name) ? "supported" : "refused",
    ]);
    expect(rows).toEqual(found);
  });
});
