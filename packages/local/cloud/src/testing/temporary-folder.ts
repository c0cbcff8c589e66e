import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const folders: string[] = [];

/** A folder that is removed after the last test of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-test-"));
  folders.push(folder);
  return folder;
}

// Hooks run in the order opposite to that of their registration: this one comes after the tests' own.
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
