import type { SeriesPoint } from "./series.ts";
import type { TimeSpan } from "./time-span.ts";

const height = 6;
/** Wider tells no more. */
const widest = 100;
const narrowest = 10;

/**
 * How many there were per minute, as lines of plain characters: columns of `#` over a line of time.
 * @param width columns that a line may take
 */
export function chartLines(
  points: readonly SeriesPoint[],
  { since, until, periodSeconds }: TimeSpan,
  width: number,
): string[] {
  const periods = Math.max(
    1,
    Math.ceil((until.getTime() - since.getTime()) / 1000 / periodSeconds),
  );
  const labelWidth = 8;
  const room = Math.max(narrowest, Math.min(width, widest) - labelWidth - 1);
  const periodsPerColumn = Math.ceil(periods / room);
  const columns = new Array<number>(Math.ceil(periods / periodsPerColumn)).fill(0);
  const minutesPerColumn = (periodsPerColumn * periodSeconds) / 60;
  for (const { time, value } of points) {
    const period = Math.floor((time.getTime() - since.getTime()) / 1000 / periodSeconds);
    const column = Math.floor(period / periodsPerColumn);
    if (column in columns) columns[column] = (columns[column] ?? 0) + value / minutesPerColumn;
  }
  const highest = Math.max(...columns);
  const top = highest === 0 ? 1 : highest;
  const rows = Array.from({ length: height }, (_, index) => {
    const level = height - index;
    const label = level === height ? numberText(top) : "";
    const bars = columns.map((value) => {
      // What isn't nothing can be seen.
      if (level === 1) return value > 0 ? "#" : " ";
      return (value / top) * height > level - 0.5 ? "#" : " ";
    });
    return `${label.padStart(labelWidth - 1)} |${bars.join("")}`.trimEnd();
  });
  const axis = `${"0".padStart(labelWidth - 1)} +${"-".repeat(columns.length)}`;
  return [...rows, axis, timeLine(since, until, labelWidth + 1, columns.length)];
}

/** When it begins and ends; only the beginning where both don't fit. */
function timeLine(since: Date, until: Date, indent: number, room: number): string {
  const begin = timeText(since, until);
  const end = timeText(until, until);
  const gap = room - begin.length - end.length;
  return `${" ".repeat(indent)}${begin}${gap < 1 ? "" : " ".repeat(gap) + end}`;
}

/** UTC, as AWS tells it; with the date unless it is that of the end. */
function timeText(time: Date, until: Date): string {
  const text = time.toISOString();
  const isSameDay = text.slice(0, 10) === until.toISOString().slice(0, 10);
  return isSameDay ? `${text.slice(11, 16)}Z` : `${text.slice(0, 16).replace("T", " ")}Z`;
}

const numberText = (value: number): string =>
  value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(2);
