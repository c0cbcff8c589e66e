import type { HistoryEvent } from "@darkroom/states";

/**
 * A history event as GetExecutionHistory gives it: times in seconds, data left out on request, without what only a resume
 * needs.
 */
export function toWireEvent(event: HistoryEvent, includeData: boolean): Record<string, unknown> {
  const { replay: _, ...shown } = event;
  const wire: Record<string, unknown> = { ...shown, timestamp: event.timestamp / 1000 };
  if (includeData) return wire;
  for (const [name, details] of Object.entries(wire)) {
    if (!name.endsWith("EventDetails") || typeof details !== "object" || details === null) continue;
    const {
      input: _,
      inputDetails: __,
      output: ___,
      outputDetails: ____,
      parameters: _____,
      assignedVariables: ______,
      assignedVariablesDetails: _______,
      ...rest
    } = details as Record<string, unknown>;
    wire[name] = rest;
  }
  return wire;
}
