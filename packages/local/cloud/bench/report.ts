import type { Measurement, Spread } from "./measure.ts";

const columns = [34, 19, 19, 19, 6, 16] as const;

const line = (...cells: readonly string[]): string =>
  cells
    .map((cell, index) =>
      index === 0 ? cell.padEnd(columns[0]) : cell.padStart(columns[index] ?? 0),
    )
    .join("");

export const headline = (service: string, baseline: string): string =>
  `\n${line(service, "calls/s", baseline, "ratio", "goal", "CPU µs/call")}`;

/** Medians, with minimum and maximum behind them; the CPU time of both servers last. */
export function tableLine({ name, ours, baseline, ratio, goal, cpu }: Measurement): string {
  const verdict = ratio.median >= goal ? "" : "  below";
  const cpuTimes = `${cpu.ours.median.toFixed(0)} : ${cpu.baseline.median.toFixed(0)}`;
  return (
    line(name, rate(ours), rate(baseline), ratioText(ratio), goal.toFixed(2), cpuTimes) + verdict
  );
}

const rate = (spread: Spread): string =>
  cell(spread, (value) => value.toFixed(value < 100 ? 1 : 0));
const ratioText = (spread: Spread): string => cell(spread, (value) => value.toFixed(2));

const cell = ({ median, minimum, maximum }: Spread, text: (value: number) => string): string =>
  `${text(median)} (${text(minimum)}-${text(maximum)})`;
