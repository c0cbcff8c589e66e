import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lambdaArchive } from "./lambda-archive.ts";

const work = realpathSync(mkdtempSync(join(tmpdir(), "lambda-archive-")));
beforeAll(() => {
  mkdirSync(join(work, "real/dist"), { recursive: true });
  writeFileSync(join(work, "real/package.json"), "{}");
  symlinkSync(join(work, "real"), join(work, "link"));
});
afterAll(() => rmSync(work, { recursive: true }));

test("an archive that isn't built is named, with what to do", () => {
  expect(() => lambdaArchive(join(work, "link/package.json"))).toThrow(
    `${join(work, "real/dist/lambda.zip")} can't be read. Run \`pnpm build\` first.`,
  );
});

test("an archive is named by where it really is, with the hash that Terraform compares", () => {
  writeFileSync(join(work, "real/dist/lambda.zip"), "zipped");
  expect(lambdaArchive(join(work, "link/package.json"))).toEqual({
    file: join(work, "real/dist/lambda.zip"),
    sourceCodeHash: createHash("sha256").update("zipped").digest("base64"),
  });
});
