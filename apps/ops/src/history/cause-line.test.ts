import { expect, test } from "vitest";
import { causeLine } from "./cause-line.ts";

test.each([
  ["it is said plainly", "it is said plainly"],
  [
    'CopyObjects: {"errorType":"E","errorMessage":"no bucket\\nof that name","trace":[]}',
    "CopyObjects: no bucket of that name",
  ],
  ['{"errorMessage":"alone"}', "alone"],
  ["two\n  lines", "two lines"],
  ['{"of":"another form"}', '{"of":"another form"}'],
  ["", ""],
])("the cause %j is told as %j", (cause, line) => {
  expect(causeLine(cause)).toBe(line);
});
