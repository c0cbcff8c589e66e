import type { HistoryEvent } from "@aws-sdk/client-sfn";
import { detailsOf, type EventDetails } from "./event-details.ts";

/** An error as the history tells it. */
export interface TracedError {
  readonly error: string;
  readonly cause: string;
}

/** One try of a state: from the moment it was asked for to its result. Times in epoch milliseconds. */
export interface Attempt {
  readonly begin: number;
  end?: number;
  failure?: TracedError;
}

/** One way through a state. */
export interface Visit {
  readonly name: string;
  /** `Task`, `Choice`, `Parallel`, … */
  readonly type: string;
  readonly begin: number;
  /** Not there when the state didn't come to its end: it runs, or it took the execution with it. */
  end?: number;
  /** JSON text. */
  readonly input: string | undefined;
  output?: string;
  readonly attempts: Attempt[];
  /** Branches of a Parallel, iterations of a Map. */
  readonly branches: Branch[];
}

/** States that follow one another. */
export interface Branch {
  /** `0`, `1`, … in a Map, otherwise undefined. */
  readonly index?: number;
  readonly visits: Visit[];
}

/** Where an event is: in which sequence of states, in which of them, and inside which Parallel or Map. */
interface Place {
  readonly branch: Branch;
  readonly visit?: Visit;
  readonly around?: Place;
}

/**
 * The states that an execution went through, in order, from its whole history.
 * Events say which event came before them (https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html):
 * that chain, and not their order, tells to which branch they belong.
 */
export function traceHistory(events: readonly HistoryEvent[]): Branch {
  const main: Branch = { visits: [] };
  const places = new Map<number, Place>([[0, { branch: main }]]);
  for (const event of events) {
    const before = places.get(event.previousEventId ?? 0) ?? { branch: main };
    places.set(event.id ?? 0, follow(event, before));
  }
  return main;
}

/** Takes down what an event says, and where the events after it are. */
function follow(event: HistoryEvent, before: Place): Place {
  const type = event.type ?? "";
  const at = event.timestamp?.getTime() ?? 0;
  const details = detailsOf(event);

  if (type.endsWith("StateEntered")) return enter(before, type, at, details);
  if (type.endsWith("StateExited")) {
    const place = outOf(before, (visit) => visit.name === details.name && visit.end === undefined);
    if (place.visit !== undefined) {
      place.visit.end = at;
      if (details.output !== undefined) place.visit.output = details.output;
    }
    return place;
  }
  if (type === "MapIterationStarted") {
    const around = outOf(before, (visit) => visit.type === "Map");
    const branch: Branch = { index: details.index ?? 0, visits: [] };
    around.visit?.branches.push(branch);
    return { branch, around };
  }
  if (
    /^(Parallel|Map)State(Succeeded|Failed|Aborted)$|^MapIteration(Succeeded|Failed|Aborted)$/.test(
      type,
    )
  ) {
    const kind = type.startsWith("Parallel") ? "Parallel" : "Map";
    const place = outOf(before, (visit) => visit.type === kind);
    if (type.endsWith("StateFailed")) fail(place.visit, at, details);
    return place;
  }

  const { visit } = before;
  const attempt = visit?.attempts.at(-1);
  if (/^(LambdaFunction|Task|Activity|MapRun)Scheduled$|^MapRunStarted$/.test(type)) {
    visit?.attempts.push({ begin: at });
  } else if (
    /^(LambdaFunction|Task|Activity|MapRun)(?!State).*(Failed|TimedOut|Aborted)$/.test(type)
  ) {
    // Not TaskStateAborted: it names the event that ended the others, and not the state it is about.
    fail(visit, at, details);
  } else if (
    /^(LambdaFunction|Task|Activity|MapRun)Succeeded$/.test(type) &&
    attempt !== undefined
  ) {
    attempt.end = at;
  }
  return before;
}

/** A state that begins; its first event after that of a Parallel begins a branch. */
function enter(before: Place, type: string, at: number, details: EventDetails): Place {
  const visit: Visit = {
    name: details.name ?? "",
    type: type.replace("StateEntered", ""),
    begin: at,
    input: details.input,
    attempts: [],
    branches: [],
  };
  const opened = before.visit?.type === "Parallel" && before.visit.end === undefined;
  if (!opened) {
    before.branch.visits.push(visit);
    return { ...before, visit };
  }
  const branch: Branch = { visits: [visit] };
  before.visit?.branches.push(branch);
  return { branch, visit, around: before };
}

/** The innermost place, from here outwards, whose visit fits. */
function outOf(place: Place, fits: (visit: Visit) => boolean): Place {
  for (let at: Place | undefined = place; at !== undefined; at = at.around) {
    if (at.visit !== undefined && fits(at.visit)) return at;
  }
  return place;
}

/** Ends the open try of a state, or one that never got so far, with an error. */
function fail(visit: Visit | undefined, at: number, { error, cause, type }: EventDetails): void {
  if (visit === undefined) return;
  const open = visit.attempts.at(-1);
  const attempt = open !== undefined && open.end === undefined ? open : { begin: visit.begin };
  if (attempt !== open) visit.attempts.push(attempt);
  attempt.end = at;
  // That a Parallel failed tells nothing that its branches don't.
  const name = error ?? (/^(Parallel|Map)StateFailed$/.test(type) ? "" : type);
  attempt.failure = { error: name, cause: cause ?? "" };
}
