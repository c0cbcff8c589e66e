import type { Leaf, Matcher } from "./matcher.ts";
import type { FieldCondition, Pattern } from "./pattern.ts";

/** A leaf of an event, with the elements of arrays that it stands in: for each array, which one. */
interface EventField {
  readonly leaf: Leaf;
  readonly places: ReadonlyMap<unknown, number>;
}

/** An event as patterns see it: its leaves by the names of the way to them, without array positions. */
export type FlatEvent = ReadonlyMap<string, readonly EventField[]>;

/** Jackson, which EventBridge parses with, goes no deeper. */
const maximumDepth = 1000;

/** @throws RangeError when the event is nested too deeply. */
export function flatten(event: object): FlatEvent {
  const fields = new Map<string, EventField[]>();

  function visit(
    value: unknown,
    path: string,
    places: ReadonlyMap<unknown, number>,
    depth: number,
  ) {
    if (depth > maximumDepth) throw new RangeError("The event is nested too deeply.");
    if (Array.isArray(value)) {
      for (const [index, element] of value.entries()) {
        visit(element, path, new Map([...places, [value, index]]), depth + 1);
      }
    } else if (typeof value === "object" && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        visit(member, path === "" ? name : `${path}.${name}`, places, depth + 1);
      }
    } else {
      const known = fields.get(path) ?? [];
      known.push({ leaf: value as Leaf, places });
      fields.set(path, known);
    }
  }

  visit(event, "", new Map(), 0);
  return fields;
}

/**
 * Whether an event matches a pattern. Conditions on fields of an array's objects must be met by one and the same
 * element; a field is absent only when no element has it.
 */
export function matches(pattern: Pattern, event: FlatEvent): boolean {
  return pattern.some((conditions) => meetsAll(conditions, 0, event, new Map()));
}

function meetsAll(
  conditions: readonly FieldCondition[],
  index: number,
  event: FlatEvent,
  places: ReadonlyMap<unknown, number>,
): boolean {
  const condition = conditions[index];
  if (condition === undefined) return true;
  const fields = event.get(condition.path);
  if (fields === undefined) {
    return condition.matchers.includes("absent") && meetsAll(conditions, index + 1, event, places);
  }
  return fields.some(
    (field) =>
      condition.matchers.some((matcher) => meets(matcher, field.leaf)) &&
      agrees(field.places, places) &&
      meetsAll(conditions, index + 1, event, new Map([...places, ...field.places])),
  );
}

const meets = (matcher: Matcher, leaf: Leaf): boolean => matcher !== "absent" && matcher(leaf);

const agrees = (own: ReadonlyMap<unknown, number>, others: ReadonlyMap<unknown, number>): boolean =>
  [...own].every(([array, index]) => (others.get(array) ?? index) === index);
