import { compareContent, shown } from "./compare-history.ts";
import type { Difference } from "./compare-json.ts";
import { type ComparedEvent, closes, opens } from "./history-event.ts";
import type { Bindings } from "./placeholders.ts";

const leaves = (type: string): boolean => /^(Parallel|Map)StateExited$/.test(type);

interface Node {
  readonly event: ComparedEvent;
  readonly children: Node[];
}

/**
 * Compares by what follows what, and not by numbers; what ends a Parallel or Map state counts as following its start.
 * What follows one event is looked for in any order.
 */
export function compareTrees(
  expected: readonly ComparedEvent[],
  actual: readonly ComparedEvent[],
  bindings: Bindings,
): Difference | undefined {
  if (expected.length !== actual.length) {
    const differing = firstMissing(expected, actual);
    if (differing !== undefined) return differing;
  }
  return compareChildren(treeOf(expected), treeOf(actual), bindings, "the start");
}

/** A count of each type says more than a tree where events are missing or too many. */
function firstMissing(
  expected: readonly ComparedEvent[],
  actual: readonly ComparedEvent[],
): Difference | undefined {
  const count = (events: readonly ComparedEvent[], wanted: string): number =>
    events.filter(({ type }) => type === wanted).length;
  for (const { type } of [...expected, ...actual]) {
    const [one, other] = [count(expected, type), count(actual, type)];
    if (one !== other) return { path: `events of type ${type}`, expected: one, actual: other };
  }
  return undefined;
}

function treeOf(events: readonly ComparedEvent[]): Node[] {
  const nodes = new Map<number, Node>(
    events.map((event) => [
      event.id,
      { event: { ...event, content: withoutNumbers(event, events) }, children: [] },
    ]),
  );
  const roots: Node[] = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(parentOf(node.event, nodes));
    (parent?.children ?? roots).push(node);
  }
  return roots;
}

function parentOf(event: ComparedEvent, nodes: ReadonlyMap<number, Node>): number {
  if (!closes(event.type)) return event.previousEventId;
  let depth = 0;
  for (
    let above = nodes.get(event.previousEventId)?.event;
    above !== undefined;
    above = nodes.get(above.previousEventId)?.event
  ) {
    if (leaves(above.type)) depth += 1;
    else if (opens(above.type)) {
      if (depth === 0) return above.id;
      depth -= 1;
    }
  }
  return event.previousEventId;
}

/** "entered at the event id #7": the number is chance among branches; the event that it names is not. */
function withoutNumbers(
  { content }: ComparedEvent,
  events: readonly ComparedEvent[],
): ComparedEvent["content"] {
  const text = JSON.stringify(content);
  if (!text.includes("(entered at the event id #")) return content;
  const named = text.replace(/\(entered at the event id #(\d+)\)/g, (whole, id) => {
    const entered = events.find((event) => event.id === Number(id));
    return entered === undefined ? whole : `(entered at the event ${entered.type})`;
  });
  return JSON.parse(named) as ComparedEvent["content"];
}

function compareChildren(
  expected: readonly Node[],
  actual: readonly Node[],
  bindings: Bindings,
  after: string,
): Difference | undefined {
  const left = [...actual];
  for (const one of expected) {
    let best: Difference | undefined;
    const found = left.findIndex((other) => {
      if (other.event.type !== one.event.type) return false;
      const back = bindings.mark();
      const difference =
        compareContent(one.event, other.event, bindings) ??
        compareChildren(one.children, other.children, bindings, String(shown(one.event)));
      if (difference === undefined) return true;
      best ??= difference;
      back();
      return false;
    });
    if (found === -1) {
      return (
        best ?? {
          path: `events after ${after}`,
          expected: shown(one.event),
          actual: shown(left[0]?.event),
        }
      );
    }
    left.splice(found, 1);
  }
  const [more] = left;
  return more === undefined
    ? undefined
    : { path: `events after ${after}`, expected: undefined, actual: shown(more.event) };
}
