import type { Json } from "@darkroom/states";
import { compareJson, type Difference } from "./compare-json.ts";
import { compareTrees } from "./compare-trees.ts";
import { type ComparedEvent, closes, isBranching, nameOf } from "./history-event.ts";
import type { Bindings } from "./placeholders.ts";

/**
 * Compares two histories. One thread of events is compared event for event with its numbers; branches that run side by
 * side as trees, by what each event follows; what a test has sorted and taken the numbers out of, as a set.
 */
export function compareHistory(
  expected: readonly ComparedEvent[],
  actual: readonly ComparedEvent[],
  bindings: Bindings,
): Difference | undefined {
  if (expected.some(({ id }) => id === 0)) return compareSets(expected, actual, bindings);
  if (isBranching(expected) && isBranching(actual)) return compareTrees(expected, actual, bindings);
  return compareLines(expected, actual, bindings);
}

function compareLines(
  expected: readonly ComparedEvent[],
  actual: readonly ComparedEvent[],
  bindings: Bindings,
): Difference | undefined {
  for (let at = 0; at < Math.max(expected.length, actual.length); at += 1) {
    const one = expected[at];
    const other = actual[at];
    if (one === undefined || other === undefined || !isInPlace(one, other, expected, actual)) {
      return { path: `events[${at}]`, expected: shown(one), actual: shown(other) };
    }
    const difference = compareContent(one, other, bindings);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Whether both have one number and type, and follow the same event. */
const isInPlace = (
  one: ComparedEvent,
  other: ComparedEvent,
  expected: readonly ComparedEvent[],
  actual: readonly ComparedEvent[],
): boolean =>
  nameOf(one) === nameOf(other) ||
  (one.id === other.id && endsMapRun(one, expected) && endsMapRun(other, actual));

/**
 * The MapStateExited of a Map Run follows its MapRunSucceeded in recordings until June 2024, and its MapRunStarted in
 * those since November 2024: AWS has changed it, so that no engine can be right in both.
 */
const endsMapRun = (event: ComparedEvent, events: readonly ComparedEvent[]): boolean =>
  event.type === "MapStateExited" &&
  events.some(
    ({ id, type }) => id === event.previousEventId && /^MapRun(Started|Succeeded)$/.test(type),
  );

/**
 * What has kept its number must have it; what has none must be there somewhere. Events that the test has left out are told
 * by the numbers that are missing: so many more there may be, of those that end a Parallel or Map state.
 */
function compareSets(
  expected: readonly ComparedEvent[],
  actual: readonly ComparedEvent[],
  bindings: Bindings,
): Difference | undefined {
  const total = Math.max(expected.length, ...expected.map(({ id }) => id));
  if (actual.length !== total) {
    return { path: "events.length", expected: total, actual: actual.length };
  }
  const numbered = new Set([0, ...expected.map(({ id }) => id)]);
  const isPlaced = (one: ComparedEvent, other: ComparedEvent): boolean =>
    one.id === 0 ||
    (one.id === other.id &&
      (one.previousEventId === other.previousEventId || !numbered.has(one.previousEventId)));
  const left = [...actual];
  for (const one of expected) {
    let best: Difference | undefined;
    const found = left.findIndex((other) => {
      if (other.type !== one.type || !isPlaced(one, other)) return false;
      const back = bindings.mark();
      const difference = compareContent(one, other, bindings);
      if (difference === undefined) return true;
      best ??= difference;
      back();
      return false;
    });
    if (found === -1) {
      return best ?? { path: `events ${nameOf(one)}`, expected: shown(one), actual: undefined };
    }
    left.splice(found, 1);
  }
  const more = left.find(({ type }) => !closes(type));
  return more && { path: "events", expected: undefined, actual: shown(more) };
}

/** @returns the difference between what two events of one type tell */
export const compareContent = (
  expected: ComparedEvent,
  actual: ComparedEvent,
  bindings: Bindings,
): Difference | undefined =>
  compareJson(expected.content, actual.content, bindings, `events ${nameOf(expected)}`);

export const shown = (event: ComparedEvent | undefined): Json | undefined =>
  event === undefined ? undefined : nameOf(event);
