import type { HistoryEvent } from "@aws-sdk/client-sfn";
import { expect, test } from "vitest";
import { readEvents } from "./read-events.ts";
import { listingOf } from "./testing/listing.ts";

const entered = (name: string): HistoryEvent => ({
  id: 1,
  timestamp: new Date(0),
  type: "TaskStateEntered",
  stateEnteredEventDetails: { name },
});
const exited = (name: string, output: unknown): HistoryEvent => ({
  id: 1,
  timestamp: new Date(0),
  type: "TaskStateExited",
  stateExitedEventDetails: { name, output: JSON.stringify(output) },
});
const listed = (count: number) =>
  exited("ListDifferences", {
    sync: {},
    listing: { done: true, orphansRefused: false, progress: listingOf({ listed: count }) },
  });

test("the latest state and the latest part of the listing count", () => {
  const events = [
    entered("CopyObjects"),
    entered("ProcessBuckets"),
    listed(2000),
    entered("ListDifferences"),
    listed(1000),
    entered("ListDifferences"),
  ];

  expect(readEvents(events)).toEqual({ phase: "copying", listing: listingOf({ listed: 2000 }) });
});

test("events of states that take no time, and of none, tell nothing", () => {
  expect(readEvents([entered("AreAllListed"), entered("PrepareRun")])).toEqual({});
  expect(readEvents([])).toEqual({});
});

test("an output that is cut off or of another form is passed over", () => {
  expect(readEvents([exited("ListDifferences", { listing: null })])).toEqual({});
});
