import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openTaskTokens } from "./task-tokens.ts";

const secretFile = () => join(temporaryFolder(), "tokens.key");
const executionArn = "arn:aws:states:us-east-1:000000000000:execution:work:first";

test("a token says for which execution it is, also after a restart", () => {
  const file = secretFile();
  const token = openTaskTokens(file).issue(executionArn, "7");

  expect(openTaskTokens(file).executionOf(token)).toBe(executionArn);
  expect(openTaskTokens(file).issue(executionArn, "7")).toBe(token);
});

test("the secret is its owner's alone", () => {
  const file = secretFile();
  openTaskTokens(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a token of the longest names is one that AWS would take", () => {
  const name = "\u{1f4f7}".repeat(40);
  const label = "x".repeat(40);
  const arn = `arn:aws:states:ap-southeast-2:000000000000:execution:${name}/${label}:${name}`;
  const token = openTaskTokens(secretFile()).issue(arn, "25000:".repeat(10));

  expect(token.length).toBeLessThanOrEqual(2048);
});

test("a token is no option to a command line, whatever its secret", () => {
  const tokens = Array.from({ length: 200 }, (_, id) =>
    openTaskTokens(secretFile()).issue(executionArn, String(id)),
  );
  expect(tokens.filter((token) => token.startsWith("-"))).toEqual([]);
});

test("what was made up, changed or issued elsewhere is no token", () => {
  const tokens = openTaskTokens(secretFile());
  const token = tokens.issue(executionArn, "7");
  const other = openTaskTokens(secretFile()).issue(executionArn, "7");
  const changed = token.slice(0, 60) + (token[60] === "A" ? "B" : "A") + token.slice(61);

  for (const wrong of ["x", "made up", "A".repeat(200), other, changed, `${token}=`, ` ${token}`]) {
    expect(() => tokens.executionOf(wrong)).toThrow(
      expect.objectContaining({ code: "InvalidToken", message: "Invalid Token: 'Invalid token'" }),
    );
  }
});

test("a damaged secret is not replaced by another", () => {
  const file = secretFile();
  writeFileSync(file, "short");
  expect(() => openTaskTokens(file)).toThrow("damaged");
});
