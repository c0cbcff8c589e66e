import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type ConformanceCase, loadCases } from "./case-file.ts";
import { judgeCase } from "./judge-case.ts";
import { makeReport, writeReport } from "./report.ts";

const repository = resolve(import.meta.dirname, "../../../..");
const usage = "usage: pnpm conformance [DIR] [--json] [--filter TEXT] [--diff ID]";

/** @returns the exit code: 0 whatever the report says, as long as it could be made */
async function main(): Promise<number> {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments();
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
  const { folder, isDefault, json, filter, diff } = options;
  if (isDefault && !existsSync(folder)) {
    // Where `--json` is asked for, standard output is for JSON only.
    (json ? process.stderr : process.stdout).write(`There are no recorded cases at ${folder}.\n`);
    return 0;
  }
  let cases: ConformanceCase[];
  try {
    cases = loadCases(folder);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  const wanted = cases.filter(({ id }) =>
    diff === undefined ? filter === undefined || id.includes(filter) : id === diff,
  );
  if (diff !== undefined && wanted.length === 0) return fail(`There is no case ${diff}.`);

  const judged = [];
  for (const conformanceCase of wanted) {
    judged.push({ conformanceCase, ...(await judgeCase(conformanceCase)) });
  }
  const report = makeReport(judged);
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return 0;
  }
  const [only] = judged;
  if (judged.length === 1 && only !== undefined && (diff ?? filter) !== undefined) {
    process.stdout.write(`${only.diff()}\n\n`);
  }
  process.stdout.write(`${writeReport(report)}\n`);
  return 0;
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      filter: { type: "string" },
      diff: { type: "string" },
    },
  });
  const [folder, ...more] = positionals;
  if (more.length > 0) throw new Error(`one folder at a time: ${more.join(" ")}`);
  return {
    ...values,
    folder: resolve(folder ?? join(repository, "../shared/conformance/asl")),
    isDefault: folder === undefined,
  };
}

function fail(message: string): number {
  process.stderr.write(`${message}\n`);
  return 2;
}

process.exitCode = await main();
