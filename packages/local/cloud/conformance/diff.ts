import type { Json } from "@darkroom/states";
import { isObject, type JsonObject } from "./compare/expand-json.ts";
import { nameOf, readEvents } from "./compare/history-event.ts";

/** So many equal lines are shown around what differs. */
const context = 3;

/** Two records line by line: `-` is what AWS did, `+` what was done here. */
export function diffRecords(expected: JsonObject, actual: JsonObject): string {
  const lines = changes(linesOf(expected), linesOf(actual));
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - context), at + context + 1).some((one) => !one.startsWith(" ")),
  );
  return lines
    .flatMap((text, at) => (near[at] === true ? [text] : near[at - 1] === true ? ["  …"] : []))
    .join("\n");
}

function linesOf(record: JsonObject): string[] {
  const { status, output, error, cause } = record;
  return [
    ...pretty({ status, output, error, cause }),
    ...readEvents(record.events).flatMap((event) => [nameOf(event), ...pretty(event.content)]),
  ];
}

const pretty = (value: { readonly [key: string]: Json | undefined } | Json): string[] => {
  const sorted = JSON.stringify(
    value,
    (_, one: Json) =>
      isObject(one)
        ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
        : one,
    2,
  );
  return sorted
    .split("\n")
    .map((line) => `    ${line.length > 400 ? `${line.slice(0, 400)}…` : line}`);
};

/** The longest common subsequence, by the classic table: histories are some hundred lines. */
function changes(before: readonly string[], after: readonly string[]): string[] {
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      const at = row * width + column;
      common[at] =
        before[row] === after[column]
          ? (common[at + width + 1] ?? 0) + 1
          : Math.max(common[at + width] ?? 0, common[at + 1] ?? 0);
    }
  }
  const lines: string[] = [];
  let row = 0;
  let column = 0;
  while (row < before.length || column < after.length) {
    const at = row * width + column;
    if (row < before.length && column < after.length && before[row] === after[column]) {
      lines.push(`  ${before[row]}`);
      row += 1;
      column += 1;
    } else if (
      column >= after.length ||
      (row < before.length && (common[at + width] ?? 0) >= (common[at + 1] ?? 0))
    ) {
      lines.push(`- ${before[row]}`);
      row += 1;
    } else {
      lines.push(`+ ${after[column]}`);
      column += 1;
    }
  }
  return lines;
}
