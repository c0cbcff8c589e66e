import type { Json } from "@darkroom/states";
import { isObject } from "./expand-json.ts";
import { eventDetails } from "./normalise.ts";

/** An event of a normalised history. */
export interface ComparedEvent {
  /** 0 where the recording has taken it out. */
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  /** The type and the details, without its place and what is ignored. */
  readonly content: Json;
}

export function readEvents(events: Json | undefined): ComparedEvent[] {
  if (!Array.isArray(events)) return [];
  return events.filter(isObject).map((event) => ({
    id: typeof event.id === "number" ? event.id : 0,
    previousEventId: typeof event.previousEventId === "number" ? event.previousEventId : 0,
    type: String(event.type),
    content: eventDetails(event),
  }));
}

/** How one event is named to a person, e.g. `7<6 TaskFailed`. */
export const nameOf = ({ id, previousEventId, type }: ComparedEvent): string =>
  `${id}<${previousEventId} ${type}`;

/** Events that open what branches or iterations run in. */
export const opens = (type: string): boolean => /^(Parallel|Map)StateStarted$/.test(type);

/** Events that end a Parallel or Map state: they follow whichever branch was the last, which is chance. */
export const closes = (type: string): boolean =>
  /^(Parallel|Map)State(Succeeded|Failed|Aborted|Exited|TimedOut)$/.test(type);

/** Whether branches or iterations run side by side: which of them writes first is chance then. */
export function isBranching(events: readonly ComparedEvent[]): boolean {
  const followed = new Set<number>();
  const openers = new Set(events.filter(({ type }) => opens(type)).map(({ id }) => id));
  return events.some(({ previousEventId }) => {
    if (!openers.has(previousEventId)) return false;
    const again = followed.has(previousEventId);
    followed.add(previousEventId);
    return again;
  });
}
