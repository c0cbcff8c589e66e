import type { HistoryEvent, Json } from "../types.ts";
import { HistoryMismatchError } from "./recorder.ts";
import type { Answer, Request } from "./steps.ts";

/** What a thread was told when it went on to the recorded event. */
export function answerInRecord(event: HistoryEvent, request: Request): Answer {
  if (request.kind === "mapRun") return mapRunAnswer(event);
  if (request.kind !== "task") return { kind: "due" };
  const details = detailsOf(event);
  if (event.type.endsWith("Started")) {
    return { kind: "started", workerName: textOf(details.workerName) };
  }
  if (event.type.endsWith("Submitted") && typeof details.output === "string") {
    const output: Json = JSON.parse(details.output);
    return { kind: "submitted", output, restartedAt: event.replay?.restartedAt };
  }
  if (event.type.endsWith("Succeeded") && typeof details.output === "string") {
    return { kind: "succeeded", output: JSON.parse(details.output) as Json };
  }
  if (event.type.endsWith("TimedOut")) {
    return { kind: "timedOut", heartbeatMissed: event.replay?.heartbeatMissed === true };
  }
  if (event.type.endsWith("Failed")) {
    return { kind: "failed", error: textOf(details.error), cause: textOf(details.cause) };
  }
  throw new HistoryMismatchError(
    `event ${event.id} is ${event.type}, which is no part of the task '${request.call.stateName}'`,
  );
}

function mapRunAnswer(event: HistoryEvent): Answer {
  if (event.type === "MapRunSucceeded" && event.replay?.output !== undefined) {
    return { kind: "succeeded", output: JSON.parse(event.replay.output) as Json };
  }
  if (event.type === "MapRunFailed") {
    const { error, cause } = detailsOf(event);
    return { kind: "failed", error: textOf(error), cause: textOf(cause) };
  }
  throw new HistoryMismatchError(
    `event ${event.id} is ${event.type}, which is no end of a map run`,
  );
}

function detailsOf(event: HistoryEvent): { readonly [field: string]: Json | undefined } {
  for (const [name, value] of Object.entries(event)) {
    if (name.endsWith("EventDetails")) return value;
  }
  return {};
}

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;
