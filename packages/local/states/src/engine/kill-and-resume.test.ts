import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HistoryEvent } from "../types.ts";
import { anyMachine } from "./kill-and-resume/any-machine.ts";
import { failures, others, sequences } from "./kill-and-resume/machines.ts";
import { type ProcessRun, runInWorld } from "./kill-and-resume/run-in-world.ts";
import { type PlannedMachine, World } from "./kill-and-resume/world.ts";

/** Kills the execution after each of its events, and resumes it in another process. */
async function resumeEverywhere(
  machine: PlannedMachine,
  options: { withoutTime?: boolean; aheadMs?: number } = {},
): Promise<ProcessRun> {
  const { withoutTime = false, aheadMs = 0 } = options;
  const compared = (events: readonly HistoryEvent[]) =>
    events.map((event) => comparable(event, withoutTime));
  const world = new World(machine.plans);
  const run = await runInWorld(world, machine);
  if (!hasOtherWork(run)) expect(workIn(run.events)).toEqual(countsOf(run));
  for (let kept = 0; kept <= run.events.length; kept += 1) {
    const history = run.events.slice(0, kept);
    const resumed = await runInWorld(world, machine, { history, aheadMs });
    const moment = `resumed after event ${kept}`;
    expect(compared(resumed.events), moment).toEqual(compared(run.events));
    expect(endOf(resumed), moment).toEqual(endOf(run));
    if (hasOtherWork(run)) continue;
    expect(countsOf(resumed), moment).toEqual(difference(countsOf(run), endedIn(history)));
  }
  return run;
}

/** Kills the process at each moment at which something happens, with what it was doing, and resumes it in another. */
async function killAtEveryMoment(machine: PlannedMachine): Promise<void> {
  const run = await runInWorld(new World(machine.plans), machine);
  for (let moments = 0; ; moments += 1) {
    const world = new World(machine.plans);
    const killed = await runInWorld(world, machine, { killAt: moments });
    if (killed.summary !== undefined) return;
    const { events: history, memory, endedAt: at } = killed;
    const resumed = await runInWorld(world, machine, { history, memory, at });
    const moment = `killed at moment ${moments}`;
    expect(
      resumed.events.map((event) => comparable(event, false)),
      moment,
    ).toEqual(run.events.map((event) => comparable(event, false)));
    expect(endOf(resumed), moment).toEqual(endOf(run));
    // What was answered is never asked for again, in a map run's children neither.
    expect(killed.calls + resumed.calls, moment).toBe(run.calls + killed.openCalls);
  }
}

/** The same for an execution that was redriven, from there on. */
async function redriveEverywhere(machine: PlannedMachine): Promise<void> {
  const world = new World(machine.plans);
  const failed = await runInWorld(world, machine);
  expect(failed.summary).toMatchObject({ status: "FAILED" });
  world.healed = true;
  const run = await runInWorld(world, machine, { history: failed.events, redrive: true });
  expect(run.summary).toMatchObject({ status: "SUCCEEDED" });
  for (let kept = failed.events.length + 1; kept <= run.events.length; kept += 1) {
    const history = run.events.slice(0, kept);
    const resumed = await runInWorld(world, machine, { history });
    const moment = `resumed after event ${kept}`;
    expect(
      resumed.events.map((event) => comparable(event, false)),
      moment,
    ).toEqual(run.events.map((event) => comparable(event, false)));
    expect(endOf(resumed), moment).toEqual(endOf(run));
  }
}

const endOf = ({ summary }: ProcessRun) => ({
  status: summary?.status,
  output: summary?.output,
  error: summary?.error,
  cause: summary?.cause,
});

/** Work that the history doesn't tell the end of: aborted tasks, and those of a map run's children. */
const hasOtherWork = ({ events }: ProcessRun): boolean =>
  events.some(({ type }) => type.endsWith("Aborted") || type === "MapRunStarted");

/** Without what says that it was resumed. */
function comparable(event: HistoryEvent, withoutTime: boolean): object {
  const { replay, timestamp, ...rest } = event;
  const { restartedAt: _, ...kept } = replay ?? {};
  return {
    ...rest,
    ...(withoutTime ? {} : { timestamp }),
    ...(Object.keys(kept).length === 0 ? {} : { replay: kept }),
  };
}

interface Counts {
  readonly calls: number;
  readonly jobs: number;
  readonly offers: number;
}

const countsOf = ({ calls, jobs, offers }: ProcessRun): Counts => ({ calls, jobs, offers });

const difference = (one: Counts, other: Counts): Counts => ({
  calls: one.calls - other.calls,
  jobs: one.jobs - other.jobs,
  offers: one.offers - other.offers,
});

/** What the history says was begun: each call, job and offer once. */
const workIn = (events: readonly HistoryEvent[]): Counts => ({
  calls: events.filter(({ type }) => type === "TaskScheduled").length,
  jobs: events.filter((event) => event.type === "TaskSubmitted" && isOfJob(event)).length,
  offers: events.filter(({ type }) => type === "ActivityScheduled").length,
});

/** What the history says has ended: it is never done again. */
function endedIn(events: readonly HistoryEvent[]): Counts {
  const after = (type: string, previous: string) => (event: HistoryEvent) =>
    new RegExp(`^${type}$`).test(event.type) &&
    events[event.previousEventId - 1]?.type === previous;
  const end = "Task(Succeeded|Failed|TimedOut)";
  return {
    calls: events.filter(after(`TaskSubmitted|${end}`, "TaskStarted")).length,
    jobs: events.filter((event) => {
      const submitted = events[event.previousEventId - 1];
      return after(end, "TaskSubmitted")(event) && submitted !== undefined && isOfJob(submitted);
    }).length,
    offers: events.filter(
      (event) =>
        event.type === "ActivityStarted" || after("ActivityTimedOut", "ActivityScheduled")(event),
    ).length,
  };
}

const isOfJob = (event: HistoryEvent): boolean =>
  String(
    (event.taskSubmittedEventDetails as { resource?: unknown } | undefined)?.resource,
  ).includes(".sync");

describe("an execution that is killed and resumed after any of its events", () => {
  it.each(Object.entries({ ...sequences, ...others }))(
    "ends with the same history: %s",
    async (_, machine) => {
      const run = await resumeEverywhere(machine);
      expect(run.events.length).toBeGreaterThan(2);
    },
  );

  it.each(Object.entries({ ...sequences, ...others }))(
    "ends with the same history, whatever the process was doing: %s",
    async (_, machine) => {
      await killAtEveryMoment(machine);
    },
  );

  it.each(Object.entries(sequences))(
    "ends with the same history where the clock was set back by an hour: %s",
    async (_, machine) => {
      await resumeEverywhere(machine, { withoutTime: true, aheadMs: -3_600_000 });
    },
  );

  it.each(Object.entries(sequences))(
    "ends with the same history where the clock was set forward by a day: %s",
    async (_, machine) => {
      await resumeEverywhere(machine, { withoutTime: true, aheadMs: 86_400_000 });
    },
  );

  it.each(Object.entries(failures))(
    "ends with the same history once it was redriven: %s",
    async (_, machine) => {
      await redriveEverywhere(machine);
    },
  );

  it("ends with the same history, whatever the machine", async () => {
    await fc.assert(
      fc.asyncProperty(anyMachine, async (machine) => {
        // A beginning of the history says nothing of how far the children of a map run had come.
        if (!JSON.stringify(machine).includes("DISTRIBUTED")) await resumeEverywhere(machine);
        await killAtEveryMoment(machine);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
