import type { ConformanceCase } from "./case-file.ts";
import type { Difference } from "./compare/compare-json.ts";
import { compareRecord } from "./compare/compare-record.ts";
import { isObject, type JsonObject } from "./compare/expand-json.ts";
import { diffRecords } from "./diff.ts";
import type { CaseResult } from "./report.ts";
import { runCase } from "./run-case.ts";

/** Runs a case and says how it went. @returns also a diff of the two records, for whoever asks for it */
export async function judgeCase(
  conformanceCase: ConformanceCase,
): Promise<{ readonly result: CaseResult; readonly diff: () => string }> {
  const { id, definition, input, normalise } = conformanceCase;
  const run = await runCase(conformanceCase);
  if (run.kind !== "ended") {
    const result = run.kind === "refused" ? "unsupported" : "failed";
    return { result: { id, result, reason: oneLine(run.reason) }, diff: () => run.reason };
  }
  const expected = conformanceCase.expected as unknown as JsonObject;
  const compared = compareRecord(
    expected,
    run.record,
    normalise,
    run.names,
    JSON.stringify({ definition, input }),
  );
  const diff = (): string => diffRecords(compared.expected, withRecorded(compared));
  return compared.difference === undefined
    ? { result: { id, result: "passed", reason: "" }, diff }
    : { result: { id, result: "failed", reason: explain(compared.difference) }, diff };
}

/** Of what was done here, only what the recording has to say something about. */
function withRecorded({
  expected,
  actual,
}: {
  expected: JsonObject;
  actual: JsonObject;
}): JsonObject {
  return isObject(actual) && expected.events === undefined ? { ...actual, events: [] } : actual;
}

const explain = ({ path, expected, actual }: Difference): string =>
  `${path}: expected ${short(expected)}, got ${short(actual)}`;

function short(value: Difference["expected"]): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ");
