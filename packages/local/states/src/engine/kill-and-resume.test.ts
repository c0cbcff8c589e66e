import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../intrinsics/seeded-random.ts";
import { type FakeClock, fakeClock, type MachineRun, runMachine } from "../testing/index.ts";
import { type HistoryEvent, type Json, TaskFailedError, type TaskInvocation } from "../types.ts";

const resource = "arn:aws:states:::lambda:invoke";

/** What a task does at each of its tries; the last entry holds for all after it. */
type Plan = readonly { readonly ms: number; readonly fails?: string }[];

interface Machine {
  readonly definition: object;
  readonly plans: Readonly<Record<string, Plan>>;
}

/**
 * A world that a killed process leaves as it was: the same work ends at the same moment, however often it is begun.
 * No two pieces of work end at the same moment, so that their order is the same in each run.
 */
class World {
  readonly #plans: Machine["plans"];
  readonly #ends = new Map<string, number>();
  readonly #drawn: number[] = [];
  readonly #random = seededRandom(1);

  constructor(plans: Machine["plans"]) {
    this.#plans = plans;
  }

  /** Runs a task; `started` gets its key. */
  task(clock: FakeClock, started: string[] = []) {
    return async (parameters: Json, invocation: TaskInvocation): Promise<Json> => {
      const { stateName, retryCount, signal } = invocation;
      const key = `${stateName} ${retryCount} ${JSON.stringify(parameters)}`;
      started.push(key);
      const plan = this.#plans[stateName] ?? [{ ms: 1 }];
      const { ms, fails } = plan[Math.min(retryCount, plan.length - 1)] ?? { ms: 1 };
      if (!this.#ends.has(key)) this.#ends.set(key, clock.now() + ms * 1009 + this.#ends.size);
      await until(clock, this.#ends.get(key) ?? 0, signal);
      if (fails !== undefined) throw new TaskFailedError(fails, `try ${retryCount}`);
      return { done: stateName, retryCount };
    };
  }

  /** Random numbers that go on after those that are in the history. */
  random(history: readonly HistoryEvent[]): () => number {
    let position = history.flatMap(({ replay }) => replay?.draws ?? []).length;
    return () => {
      while (this.#drawn.length <= position) this.#drawn.push(this.#random());
      position += 1;
      return this.#drawn[position - 1] ?? 0;
    };
  }
}

const until = (clock: FakeClock, at: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const cancel = clock.setTimer(at, resolve);
    signal.addEventListener("abort", cancel);
  });

const input = { items: ["a", "b", "c"], path: "" };

async function runIn(
  world: World,
  { definition }: Machine,
  history: readonly HistoryEvent[] = [],
): Promise<{ run: MachineRun; started: string[] }> {
  const clock = fakeClock(history.at(-1)?.timestamp);
  const started: string[] = [];
  const run = await runMachine({
    definition,
    input,
    clock,
    history,
    random: world.random(history),
    tasks: { [resource]: world.task(clock, started) },
  });
  expect(await clock.advanceToNext(), "a timer is left").toBe(false);
  return { run, started };
}

/** Kills the execution after each of its events, and resumes it in another process. */
async function resumeEverywhere(machine: Machine): Promise<MachineRun> {
  const world = new World(machine.plans);
  const { run, started } = await runIn(world, machine);
  const count = (events: readonly HistoryEvent[], type: RegExp): number =>
    events.filter((event) => type.test(event.type)).length;
  expect(started).toHaveLength(count(run.events, /^TaskScheduled$/));
  for (let kept = 0; kept <= run.events.length; kept += 1) {
    const history = run.events.slice(0, kept);
    const resumed = await runIn(world, machine, history);
    expect(resumed.run, `resumed after event ${kept}`).toEqual(run);
    // Aborted tasks have no end in the history.
    const ended = count(history, /^Task(Succeeded|Failed|TimedOut)$/);
    if (count(run.events, /Aborted$/) === 0) {
      expect(resumed.started, `resumed after event ${kept}`).toHaveLength(started.length - ended);
    }
  }
  return run;
}

const task = (fields: object = {}) => ({
  Type: "Task",
  Resource: resource,
  Parameters: { "at.$": "$$.State.EnteredTime", "data.$": "$" },
  ResultPath: "$.task",
  ...fields,
});

const retry = [
  { ErrorEquals: ["E"], IntervalSeconds: 2, MaxAttempts: 2, JitterStrategy: "FULL" },
  { ErrorEquals: ["States.Timeout"], IntervalSeconds: 1, MaxAttempts: 1 },
];

const failing = (times: number): Plan => [
  ...Array.from({ length: times }, () => ({ ms: 3, fails: "E" })),
  { ms: 5 },
];

const machines: Record<string, Machine> = {
  "a sequence with random numbers, waits and a loop": {
    definition: {
      StartAt: "Draw",
      States: {
        Draw: {
          Type: "Pass",
          Parameters: { "id.$": "States.UUID()", n: 3 },
          ResultPath: "$.draw",
          Next: "Sleep",
        },
        Sleep: { Type: "Wait", Seconds: 10, Next: "Count" },
        Count: {
          Type: "Pass",
          Parameters: { "id.$": "States.UUID()", "n.$": "States.MathAdd($.draw.n, -1)" },
          ResultPath: "$.draw",
          Next: "Enough",
        },
        Enough: {
          Type: "Choice",
          Choices: [{ Variable: "$.draw.n", NumericGreaterThan: 0, Next: "Sleep" }],
          Default: "Done",
        },
        Done: { Type: "Succeed" },
      },
    },
    plans: {},
  },
  "a task that is retried with jitter and succeeds": {
    definition: { StartAt: "T", States: { T: task({ Retry: retry, End: true }) } },
    plans: { T: failing(2) },
  },
  "a task that is retried in vain and caught": {
    definition: {
      StartAt: "T",
      States: {
        T: task({
          Retry: retry,
          Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Caught" }],
          End: true,
        }),
        Caught: { Type: "Pass", End: true },
      },
    },
    plans: { T: failing(9) },
  },
  "a task that times out, and a missed heartbeat that is caught by its name": {
    definition: {
      StartAt: "Slow",
      States: {
        Slow: task({
          TimeoutSeconds: 2,
          Retry: retry,
          Catch: [{ ErrorEquals: ["States.Timeout"], ResultPath: "$.error", Next: "Silent" }],
          Next: "Silent",
        }),
        Silent: task({
          HeartbeatSeconds: 1,
          Catch: [
            { ErrorEquals: ["States.HeartbeatTimeout"], ResultPath: "$.error", Next: "Over" },
          ],
          End: true,
        }),
        Over: { Type: "Fail", ErrorPath: "$.error.Error", Cause: "as it should be" },
      },
    },
    plans: { Slow: [{ ms: 60 }], Silent: [{ ms: 60 }] },
  },
  "an execution that fails": {
    definition: { StartAt: "T", States: { T: task({ End: true }) } },
    plans: { T: [{ ms: 1, fails: "Mine" }] },
  },
  "a fault in a path": {
    definition: { StartAt: "P", States: { P: { Type: "Pass", InputPath: "$.no", End: true } } },
    plans: {},
  },
  "branches side by side": {
    definition: {
      StartAt: "P",
      States: {
        P: {
          Type: "Parallel",
          Branches: [
            {
              StartAt: "A",
              States: { A: task({ Retry: retry, Next: "A2" }), A2: task({ End: true }) },
            },
            {
              StartAt: "B",
              States: { B: { Type: "Wait", Seconds: 3, Next: "B2" }, B2: task({ End: true }) },
            },
            { StartAt: "C", States: { C: { Type: "Pass", End: true } } },
          ],
          End: true,
        },
      },
    },
    plans: { A: failing(1), A2: [{ ms: 2 }], B2: [{ ms: 4 }] },
  },
  "a branch that fails, is retried with the others, and is caught": {
    definition: {
      StartAt: "P",
      States: {
        P: {
          Type: "Parallel",
          Branches: [
            { StartAt: "A", States: { A: { Type: "Wait", Seconds: 30, End: true } } },
            { StartAt: "B", States: { B: task({ Retry: retry, End: true }) } },
            { StartAt: "C", States: { C: task({ End: true }) } },
          ],
          Retry: [{ ErrorEquals: ["E"], MaxAttempts: 1, JitterStrategy: "FULL" }],
          Catch: [{ ErrorEquals: ["E"], Next: "Caught" }],
          End: true,
        },
        Caught: { Type: "Wait", Seconds: 1, End: true },
      },
    },
    plans: { B: failing(9), C: [{ ms: 4 }] },
  },
  "items two at a time": {
    definition: {
      StartAt: "M",
      States: {
        M: {
          Type: "Map",
          ItemsPath: "$.items",
          MaxConcurrency: 2,
          ItemSelector: { "id.$": "States.UUID()", "item.$": "$$.Map.Item.Value" },
          ItemProcessor: { StartAt: "T", States: { T: task({ Retry: retry, End: true }) } },
          End: true,
        },
      },
    },
    plans: { T: failing(1) },
  },
};

describe("an execution that is killed and resumed after any of its events", () => {
  it.each(Object.entries(machines))("ends with the same history: %s", async (_, machine) => {
    const run = await resumeEverywhere(machine);
    expect(run.events.length).toBeGreaterThan(2);
  });

  it("ends with the same history, whatever the machine", async () => {
    await fc.assert(
      fc.asyncProperty(anyMachine, async (machine) => {
        await resumeEverywhere(machine);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

type Builder = (name: () => string, plans: Record<string, Plan>) => object;

const anyPlan: fc.Arbitrary<Plan> = fc
  .array(fc.record({ ms: fc.integer({ min: 1, max: 9 }), fails: fc.constantFrom("E", "F") }), {
    maxLength: 2,
  })
  .chain((failures) => fc.integer({ min: 1, max: 9 }).map((ms) => [...failures, { ms }]));

/** Fields that handle an error, or none. */
const anyHandlers: fc.Arbitrary<object> = fc.record(
  {
    Retry: fc.constant([
      { ErrorEquals: ["E"], IntervalSeconds: 2, MaxAttempts: 1, JitterStrategy: "FULL" },
    ]),
    Catch: fc.constant([{ ErrorEquals: ["States.ALL"], ResultPath: "$.caught", Next: "(next)" }]),
  },
  { requiredKeys: [] },
);

const { branch: anyBranch } = fc.letrec<{ branch: Builder; state: Builder }>((tie) => ({
  branch: fc.array(tie("state"), { minLength: 1, maxLength: 3 }).map((states) => (name, plans) => {
    const names = states.map(() => name());
    const end = name();
    const built = states.map((state, index) => {
      const next = names[index + 1] ?? end;
      // A task finds its plan by the name of its state.
      const own: Record<string, Plan> = {};
      const text = JSON.stringify(state(name, own)).replaceAll("(next)", next);
      for (const [key, plan] of Object.entries(own)) {
        plans[key === "(own)" ? (names[index] ?? "") : key] = plan;
      }
      return [names[index], { ...JSON.parse(text), Next: next }];
    });
    return {
      StartAt: names[0],
      States: { ...Object.fromEntries(built), [end]: { Type: "Succeed" } },
    };
  }),
  state: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.integer({ min: 0, max: 9 }).map(
      (Seconds): Builder =>
        () => ({ Type: "Wait", Seconds }),
    ),
    fc.constant<Builder>(() => ({
      Type: "Pass",
      Parameters: { "id.$": "States.UUID()" },
      ResultPath: "$.pass",
    })),
    fc.tuple(anyPlan, anyHandlers).map(
      ([plan, handlers]): Builder =>
        (_, plans) => {
          plans["(own)"] = plan;
          return task(handlers);
        },
    ),
    fc.tuple(fc.array(tie("branch"), { minLength: 1, maxLength: 3 }), anyHandlers).map(
      ([branches, handlers]): Builder =>
        (name, plans) => ({
          Type: "Parallel",
          Branches: branches.map((branch) => branch(name, plans)),
          ResultPath: "$.parallel",
          ...handlers,
        }),
    ),
    fc.tuple(tie("branch"), fc.integer({ min: 0, max: 3 }), anyHandlers).map(
      ([processor, MaxConcurrency, handlers]): Builder =>
        (name, plans) => ({
          Type: "Map",
          ItemsPath: "$.items",
          MaxConcurrency,
          ItemSelector: {
            "items.$": "$.items",
            "path.$": "States.Format('{}/{}', $.path, $$.Map.Item.Index)",
          },
          ItemProcessor: processor(name, plans),
          ResultPath: "$.map",
          ...handlers,
        }),
    ),
  ),
}));

const anyMachine: fc.Arbitrary<Machine> = anyBranch.map((branch) => {
  let count = 0;
  const plans: Record<string, Plan> = {};
  const name = (): string => {
    count += 1;
    return `S${count}`;
  };
  const definition = branch(name, plans);
  return { definition, plans };
});
