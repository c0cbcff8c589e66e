import type { ConformanceCase } from "./case-file.ts";

export type Result = "passed" | "failed" | "unsupported";

export interface CaseResult {
  readonly id: string;
  readonly result: Result;
  /** Why not, in a line; empty for what has passed. */
  readonly reason: string;
}

interface Group {
  readonly class: string;
  readonly queryLanguage: string;
  readonly area: string;
  total: number;
  passed: number;
}

export interface Report {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly unsupported: number;
  readonly groups: readonly Group[];
  readonly cases: readonly CaseResult[];
}

/** Counts by class, query language and area. */
export function makeReport(
  results: readonly { readonly conformanceCase: ConformanceCase; readonly result: CaseResult }[],
): Report {
  const groups = new Map<string, Group>();
  for (const { conformanceCase: one, result } of results) {
    const key = `${one.class} ${one.query_language} ${one.area}`;
    const group = groups.get(key) ?? {
      class: one.class,
      queryLanguage: one.query_language,
      area: one.area,
      total: 0,
      passed: 0,
    };
    group.total += 1;
    if (result.result === "passed") group.passed += 1;
    groups.set(key, group);
  }
  const cases = results.map(({ result }) => result);
  const count = (wanted: Result): number => cases.filter(({ result }) => result === wanted).length;
  return {
    total: cases.length,
    passed: count("passed"),
    failed: count("failed"),
    unsupported: count("unsupported"),
    groups: [...groups.entries()]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, group]) => group),
    cases,
  };
}

/** For a person: sums by class and query language, then by area, then what has not passed. */
export function writeReport({ groups, cases, ...sums }: Report): string {
  const lines: string[] = [];
  const kinds = new Map<string, { total: number; passed: number }>();
  for (const { class: kind, queryLanguage, total, passed } of groups) {
    const sum = kinds.get(`${kind} ${queryLanguage}`) ?? { total: 0, passed: 0 };
    kinds.set(`${kind} ${queryLanguage}`, {
      total: sum.total + total,
      passed: sum.passed + passed,
    });
  }
  for (const one of cases) {
    if (one.result !== "passed") lines.push(`${one.result} ${one.id}`, `    ${one.reason}`);
  }
  lines.push(
    "",
    ...groups.map((group) => line(`${group.class} ${group.queryLanguage} ${group.area}`, group)),
  );
  lines.push("", ...[...kinds].map(([name, sum]) => line(name, sum)));
  lines.push(
    "",
    `${sums.total} cases: ${sums.passed} passed, ${sums.failed} failed, ${sums.unsupported} unsupported`,
  );
  return lines.join("\n");
}

const line = (name: string, { total, passed }: { total: number; passed: number }): string =>
  `${name.padEnd(45)}${String(passed).padStart(4)} of ${String(total).padStart(4)}${((passed / total) * 100).toFixed(1).padStart(7)} %`;
