import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test.each(["example.test.ts", "retry-example.test.ts"])(
  "the README shows %s as it is run",
  (file) => {
    const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");
    expect(read("../../README.md")).toContain(`\`\`\`ts\n${read(file)}\`\`\``);
  },
);
