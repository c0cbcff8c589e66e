import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { invocation } from "./invocation.ts";

test("advice names the package manager's version that the workspace asks for", async () => {
  const file = new URL("../../../package.json", import.meta.url);
  const { devEngines } = JSON.parse(await readFile(file, "utf8"));

  expect(invocation.start).toBe(`npx -y pnpm@${devEngines.packageManager.version} start`);
});
