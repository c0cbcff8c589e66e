import type { HistoryEvent } from "@aws-sdk/client-sfn";

/** What the details of history events hold, as far as a trace tells it. */
export interface EventDetails {
  /** Of the event, not of the details. */
  readonly type: string;
  readonly name?: string;
  readonly index?: number;
  /** JSON text. */
  readonly input?: string;
  /** JSON text. */
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

/** The details of an event, under whichever of its some forty fields they are. */
export function detailsOf(event: HistoryEvent): EventDetails {
  const field = Object.entries(event).find(([name]) => name.endsWith("EventDetails"));
  return { ...(field?.[1] as Omit<EventDetails, "type"> | undefined), type: event.type ?? "" };
}
