import type { HistoryEvent } from "../types.ts";

/** A history in a line per event, `id<previous type`, to compare at a glance. */
export const outline = (events: readonly HistoryEvent[]): string[] =>
  events.map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`);
