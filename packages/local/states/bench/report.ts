import type { Cost } from "./growth.ts";
import type { Comparison, Spread } from "./measure.ts";
import type { OpenExecutions } from "./open-executions.ts";

const line = (first: string, ...cells: readonly string[]): string =>
  first.padEnd(34) + cells.map((cell) => cell.padStart(25)).join("");

export const ratesHeadline = `\n${line("", "states/CPU s", "aws-local-stepfunctions", "ratio (goal 3)")}`;

/** Medians, with minimum and maximum behind them. */
export const ratesLine = (name: string, { ours, baseline, ratio }: Comparison): string =>
  line(name, cell(ours, 0), cell(baseline, 0), cell(ratio, 1)) +
  (ratio.median < 3 ? "  below" : "");

/** Of a cost that grows with the bytes of the input, each byte's share is told as well. */
export function costTable(title: string, costs: readonly Cost[], unit: "branches" | "KiB"): string {
  const inBytes = unit === "KiB";
  const lines = costs.map(({ size, microseconds }) =>
    line(
      `  ${inBytes ? size / 1024 : size} ${unit}`,
      cell(microseconds, 1),
      ...(inBytes ? [((microseconds.median * 1000) / size).toFixed(1)] : []),
    ),
  );
  const head = line(title, "CPU µs/state", ...(inBytes ? ["ns/byte of input"] : []));
  return [`\n${head}`, ...lines].join("\n");
}

export const openHeadline = (count: number): string =>
  `\n${line(`${count} open executions`, "bytes of heap each", "of history each", "resumed in CPU ms")}`;

export const openLine = (name: string, open: OpenExecutions): string =>
  line(
    `  ${name}`,
    open.bytesEach.toFixed(0),
    open.bytesOfHistoryEach.toFixed(0),
    open.resumeMs.toFixed(0),
  );

const cell = ({ median, minimum, maximum }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${minimum.toFixed(digits)}-${maximum.toFixed(digits)})`;
