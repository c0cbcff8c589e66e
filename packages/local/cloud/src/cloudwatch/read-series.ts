import { invalidCombination, invalidValue } from "./errors.ts";
import { minutesKept } from "./expiry.ts";
import { hour, type MetricStore, minute, type Point } from "./store.ts";
import { addSummary, emptySummary } from "./summary.ts";

export interface TimeRange {
  /** Epoch seconds; from `start` until before `end`. */
  readonly start: number;
  readonly end: number;
  /** Seconds, a multiple of 60. */
  readonly period: number;
}

/**
 * The range with its start rounded down as CloudWatch does, to minutes; beyond 15 days, where only hours are kept, to hours.
 * @throws AwsError
 */
export function checkedRange(range: TimeRange, now: number): TimeRange {
  const { start, end, period } = range;
  if (start >= end) {
    throw invalidValue("The parameter StartTime must be less than the parameter EndTime.");
  }
  const kept = start < now - minutesKept ? hour : minute;
  if (period % kept !== 0) {
    throw invalidCombination(
      `Of what is older than 15 days only hours are kept: Period ${period} has to be a multiple of 3600.`,
    );
  }
  return { start: Math.floor(start / kept) * kept, end, period };
}

/** How many points a range may have. */
export const pointsIn = ({ start, end, period }: TimeRange): number =>
  Math.ceil((end - start) / period);

/** Sums up several series by period, in the order of time; periods without values are left out. */
export function readPeriods(
  store: MetricStore,
  seriesIds: readonly number[],
  { start, end, period }: TimeRange,
): Point[] {
  const periods = new Map<number, Point>();
  for (const id of seriesIds) {
    for (const point of store.points(id, start, end)) {
      const at = start + Math.floor((point.at - start) / period) * period;
      let one = periods.get(at);
      if (one === undefined) {
        one = { at, ...emptySummary() };
        periods.set(at, one);
      }
      addSummary(one, point);
    }
  }
  return [...periods.values()].sort((one, other) => one.at - other.at);
}
