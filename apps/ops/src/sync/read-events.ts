import type { HistoryEvent } from "@aws-sdk/client-sfn";
import { type ListingProgress, listDifferencesOutput } from "@darkroom/sync-workflow";
import * as z from "zod";
import { parseJson } from "../parse-json.ts";
import type { Phase } from "./run-progress.ts";

/** The machine's states that take time (sync-buckets.asl.json). */
const phases: Readonly<Record<string, Phase>> = {
  ListDifferences: "listing",
  CopyObjects: "copying",
  DeleteOrphans: "deleting orphans",
  WriteReport: "writing the report",
};

const listingState = z.object({ listing: listDifferencesOutput });

/**
 * What the end of a run's history tells.
 * @param events the latest first
 * @returns nothing of what these events don't tell
 */
export function readEvents(events: readonly HistoryEvent[]): {
  phase?: Phase;
  listing?: ListingProgress;
} {
  const phase = firstOf(events, (event) => phases[event.stateEnteredEventDetails?.name ?? ""]);
  const listing = firstOf(events, ({ stateExitedEventDetails: exited }) => {
    if (exited?.name !== "ListDifferences") return undefined;
    const state = listingState.safeParse(parseJson(exited.output ?? ""));
    return state.success ? state.data.listing.progress : undefined;
  });
  return {
    ...(phase === undefined ? {} : { phase }),
    ...(listing === undefined ? {} : { listing }),
  };
}

function firstOf<T>(
  events: readonly HistoryEvent[],
  read: (event: HistoryEvent) => T | undefined,
): T | undefined {
  for (const event of events) {
    const value = read(event);
    if (value !== undefined) return value;
  }
  return undefined;
}
