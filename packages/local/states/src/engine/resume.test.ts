import { describe, expect, it } from "vitest";
import { fakeClock, type MachineRun, runMachine } from "../testing/index.ts";
import { type HistoryEvent, type Json, TaskFailedError, type TaskInvocation } from "../types.ts";

const resource = "arn:aws:states:::lambda:invoke";

const work = (fields: object) => ({
  StartAt: "T",
  States: { T: { Type: "Task", Resource: resource, End: true, ...fields } },
});

/** An execution taken up from a history, in a process whose clock starts at `now`. */
function resume(
  definition: object,
  history: readonly HistoryEvent[],
  now: number,
  invoke: (invocation: TaskInvocation) => Promise<Json> = async () => null,
) {
  const clock = fakeClock(now);
  const run = runMachine({
    definition,
    clock,
    history,
    invoker: { invoke },
    random: () => 0.5,
  });
  return { clock, run };
}

const start = (definition: object): Promise<MachineRun> =>
  runMachine({
    definition,
    clock: fakeClock(0),
    random: () => 0.5,
    tasks: {
      [resource]: () => {
        throw new TaskFailedError("E", "c");
      },
    },
  });

const endsAt = ({ events }: MachineRun): number | undefined => events.at(-1)?.timestamp;

describe("a resumed execution", () => {
  const wait = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 60, End: true } } };

  it.each([
    ["goes on waiting for what is left", 45_000, 60_000, 60_000],
    ["goes on at once when the time has passed meanwhile", 90_000, 90_000, 90_000],
    ["waits no longer than was asked for when the clock was set back", -500_000, -440_000, 0],
  ])("%s", async (_, now, end, timestamp) => {
    const history = (await start(wait)).events.slice(0, 2);
    const { clock, run } = resume(wait, history, now);
    expect(endsAt(await run)).toBe(timestamp);
    expect(clock.now()).toBe(end);
  });

  it("waits for a retry as long as was drawn for it before", async () => {
    const definition = work({
      Retry: [{ ErrorEquals: ["E"], IntervalSeconds: 2, JitterStrategy: "FULL" }],
    });
    const history = (await start(definition)).events.slice(0, 5);
    expect(history.at(-1)?.type).toBe("TaskFailed");
    const [draw] = history.at(-1)?.replay?.draws ?? [];
    expect(draw).toEqual({ after: 5, value: 0.5 });
    const { run } = resume(definition, history, 400);
    expect((await run).events[5]).toMatchObject({ type: "TaskScheduled", timestamp: 1000 });
  });

  it("gives a started task that is run again its whole time, from its new start", async () => {
    const definition = work({ TimeoutSeconds: 5 });
    const history = (await start(definition)).events.slice(0, 4);
    expect(history.at(-1)?.type).toBe("TaskStarted");
    const clock = fakeClock(60_000);
    const run = await runMachine({
      definition,
      clock,
      history,
      invoker: {
        async invoke({ onStarted }) {
          // A host that lets it wait for a free slot.
          await clock.sleep(10_000);
          onStarted();
          await clock.sleep(1_000_000);
          return null;
        },
      },
    });
    expect(run.events.slice(4).map(({ type }) => type)).toEqual([
      "TaskTimedOut",
      "ExecutionFailed",
    ]);
    expect(endsAt(run)).toBe(75_000);
  });

  it("counts TimeoutSeconds of the machine from its first start", async () => {
    const definition = { ...wait, TimeoutSeconds: 20 };
    const history = (await start(definition)).events.slice(0, 2);
    expect(endsAt(await resume(definition, history, 5000).run)).toBe(20_000);
    expect(endsAt(await resume(definition, history, 30_000).run)).toBe(30_000);
  });

  it("that has ended has nothing left to do", async () => {
    const done = await start(wait);
    const { run } = resume(wait, done.events, 0, () => Promise.reject(new Error("invoked")));
    expect(await run).toEqual(done);
  });

  it.each<[string, object]>([
    ["another state", { StartAt: "P", States: { P: { Type: "Pass", End: true } } }],
    ["fewer states", { StartAt: "S", States: { S: { Type: "Succeed" } } }],
  ])("fails where the definition leads to %s than the history", async (_, other) => {
    const history = (await start(wait)).events.slice(0, 3);
    const run = await resume(other, history, 0).run;
    expect(run).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(run.cause).toMatch(
      /^The recorded history can't be resumed: event 2 is WaitStateEntered/,
    );
    expect(run.events).toHaveLength(4);
    expect(run.events.slice(0, 3)).toEqual(history);
  });
});
