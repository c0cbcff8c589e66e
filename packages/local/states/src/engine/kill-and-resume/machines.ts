import { resources } from "./run-in-world.ts";
import type { Plan, PlannedMachine } from "./world.ts";

/** A Task whose work is planned by the name of its state; its input is the same at every time. */
const timeless = (fields: object = {}, kind: keyof typeof resources = "call") => ({
  Type: "Task",
  Resource: resources[kind],
  Parameters: {
    "state.$": "$$.State.Name",
    "data.$": "$",
    ...(kind === "token" ? { "token.$": "$$.Task.Token" } : {}),
  },
  ResultPath: "$.task",
  ...fields,
});

/** The same, but that its input tells the rounds apart in which the state is entered. */
export function task(fields: object = {}, kind: keyof typeof resources = "call") {
  const { Parameters, ...rest } = timeless(fields, kind);
  return { ...rest, Parameters: { ...Parameters, "at.$": "$$.State.EnteredTime" } };
}

const retry = [
  { ErrorEquals: ["E"], IntervalSeconds: 2, MaxAttempts: 2, JitterStrategy: "FULL" },
  { ErrorEquals: ["States.Timeout"], IntervalSeconds: 1, MaxAttempts: 1 },
];

const failing = (times: number): Plan => [
  ...Array.from({ length: times }, () => ({ ms: 3, fails: "E" })),
  { ms: 5 },
];

/** One thread each: they have the same history whatever the clock says when they are resumed. */
export const sequences: Readonly<Record<string, PlannedMachine>> = {
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
    definition: { StartAt: "T", States: { T: timeless({ Retry: retry, End: true }) } },
    plans: { T: failing(2) },
  },
  "a task that is retried in vain and caught": {
    definition: {
      StartAt: "T",
      States: {
        T: timeless({
          Retry: retry,
          Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Caught" }],
          End: true,
        }),
        Caught: { Type: "Pass", End: true },
      },
    },
    plans: { T: failing(9) },
  },
  "an execution that fails": {
    definition: { StartAt: "T", States: { T: timeless({ End: true }) } },
    plans: { T: [{ ms: 1, fails: "Mine" }] },
  },
  "a fault in a path": {
    definition: { StartAt: "P", States: { P: { Type: "Pass", InputPath: "$.no", End: true } } },
    plans: {},
  },
  "task tokens: one that succeeds, one that is retried": {
    definition: {
      StartAt: "T",
      States: {
        T: timeless({ Next: "U" }, "token"),
        U: timeless({ Retry: retry, End: true }, "token"),
      },
    },
    plans: { T: [{ ms: 40 }], U: failing(1) },
  },
  "an activity": {
    definition: {
      StartAt: "A",
      States: { A: timeless({ Next: "B" }, "activity"), B: { Type: "Succeed" } },
    },
    plans: { A: [{ ms: 20 }] },
  },
  "an activity whose worker fails": {
    definition: {
      StartAt: "A",
      States: {
        A: timeless(
          { Catch: [{ ErrorEquals: ["E"], ResultPath: "$.e", Next: "B" }], Next: "B" },
          "activity",
        ),
        B: { Type: "Pass", End: true },
      },
    },
    plans: { A: failing(1) },
  },
  "a job, and one that fails and is begun again": {
    definition: {
      StartAt: "J",
      States: {
        J: timeless({ Next: "K" }, "job"),
        K: timeless({ Retry: retry, End: true }, "job"),
      },
    },
    plans: { J: [{ ms: 30 }], K: failing(1) },
  },
  variables: {
    definition: {
      StartAt: "P",
      States: {
        P: { Type: "Pass", Assign: { "id.$": "States.UUID()", n: 2 }, Next: "T" },
        T: timeless({ Assign: { "done.$": "$.done" }, Retry: retry, Next: "W" }),
        W: { Type: "Wait", Seconds: 5, Assign: { "n.$": "States.MathAdd($n, -1)" }, Next: "C" },
        C: {
          Type: "Choice",
          Choices: [{ Variable: "$n", NumericGreaterThan: 0, Assign: { again: true }, Next: "W" }],
          Default: "E",
        },
        E: {
          Type: "Pass",
          Parameters: { "id.$": "$id", "done.$": "$done", "again.$": "$again" },
          End: true,
        },
      },
    },
    plans: { T: failing(1) },
  },
};

/** Whose history depends on the time: by timeouts, or by what happens in which order. */
export const others: Readonly<Record<string, PlannedMachine>> = {
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
  "a token and an activity that nobody answers for": {
    definition: {
      StartAt: "T",
      States: {
        T: task(
          {
            TimeoutSeconds: 20,
            Catch: [{ ErrorEquals: ["States.Timeout"], ResultPath: "$.error", Next: "A" }],
            End: true,
          },
          "token",
        ),
        A: task(
          {
            TimeoutSeconds: 30,
            Catch: [{ ErrorEquals: ["States.Timeout"], ResultPath: "$.error", Next: "S" }],
            End: true,
          },
          "activity",
        ),
        S: { Type: "Succeed" },
      },
    },
    plans: { T: [{ ms: 600 }], A: [{ ms: 600 }] },
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
              States: { A: task({ Retry: retry, Next: "A2" }), A2: task({ End: true }, "job") },
            },
            {
              StartAt: "B",
              States: {
                B: { Type: "Wait", Seconds: 3, Next: "B2" },
                B2: task({ End: true }, "token"),
              },
            },
            { StartAt: "C", States: { C: task({ End: true }, "activity") } },
            { StartAt: "D", States: { D: { Type: "Pass", End: true } } },
          ],
          End: true,
        },
      },
    },
    plans: { A: failing(1), A2: [{ ms: 2 }], B2: [{ ms: 4 }], C: [{ ms: 6 }] },
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
            { StartAt: "D", States: { D: task({ End: true }, "token") } },
          ],
          Retry: [{ ErrorEquals: ["E"], MaxAttempts: 1, JitterStrategy: "FULL" }],
          Catch: [{ ErrorEquals: ["E"], Next: "Caught" }],
          End: true,
        },
        Caught: { Type: "Wait", Seconds: 1, End: true },
      },
    },
    plans: { B: failing(9), C: [{ ms: 4 }], D: [{ ms: 90 }] },
  },
  "a map run, in batches": {
    definition: {
      StartAt: "M",
      States: {
        M: {
          Type: "Map",
          Label: "Run",
          ItemsPath: "$.items",
          MaxConcurrency: 2,
          ItemSelector: { "n.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value" },
          ItemBatcher: { MaxItemsPerBatch: 1 },
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "T",
            States: {
              T: timeless({ Retry: retry, Next: "W" }),
              W: { Type: "Wait", Seconds: 4, End: true },
            },
          },
          Next: "Z",
        },
        Z: { Type: "Wait", Seconds: 2, End: true },
      },
    },
    plans: { T: failing(1) },
  },
  "a map run that fails, and is caught": {
    definition: {
      StartAt: "M",
      States: {
        M: {
          Type: "Map",
          Label: "Run",
          ItemsPath: "$.items",
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
            StartAt: "T",
            States: { T: timeless({ End: true }) },
          },
          Catch: [{ ErrorEquals: ["States.ALL"], Next: "Z" }],
          Next: "Z",
        },
        Z: { Type: "Pass", End: true },
      },
    },
    plans: { T: [{ ms: 2, fails: "E" }] },
  },
  "items two at a time, each with items of its own": {
    definition: {
      StartAt: "M",
      States: {
        M: {
          Type: "Map",
          ItemsPath: "$.items",
          MaxConcurrency: 2,
          ItemSelector: {
            "id.$": "States.UUID()",
            "item.$": "$$.Map.Item.Value",
            "items.$": "States.ArrayRange(1, 2, 1)",
          },
          ItemProcessor: {
            StartAt: "T",
            States: {
              T: task({ Retry: retry, Next: "N" }),
              N: {
                Type: "Map",
                ItemsPath: "$.items",
                ItemSelector: { "n.$": "$$.Map.Item.Value", "item.$": "$.item" },
                ItemProcessor: { StartAt: "U", States: { U: task({ End: true }) } },
                End: true,
              },
            },
          },
          End: true,
        },
      },
    },
    plans: { T: failing(1), U: [{ ms: 3 }] },
  },
};

/** They fail, until what fails is healed. */
export const failures: Readonly<Record<string, PlannedMachine>> = {
  "a task after another": {
    definition: {
      StartAt: "A",
      States: { A: task({ Next: "B" }), B: task({ Retry: retry, End: true }, "token") },
    },
    plans: { B: failing(9) },
  },
  "a branch beside others that have ended, or were at work": {
    definition: {
      StartAt: "P",
      States: {
        P: {
          Type: "Parallel",
          Branches: [
            { StartAt: "A", States: { A: task({ End: true }) } },
            { StartAt: "B", States: { B: task({ Next: "B2" }), B2: task({ End: true }) } },
            { StartAt: "C", States: { C: { Type: "Wait", Seconds: 90, End: true } } },
            { StartAt: "D", States: { D: task({ End: true }, "activity") } },
          ],
          End: true,
        },
      },
    },
    plans: { A: [{ ms: 1 }], B: [{ ms: 3 }], B2: failing(1), D: [{ ms: 60 }] },
  },
  "an iteration of a Map": {
    definition: {
      StartAt: "M",
      States: {
        M: {
          Type: "Map",
          ItemsPath: "$.items",
          MaxConcurrency: 2,
          ItemSelector: { "item.$": "$$.Map.Item.Value", "id.$": "States.UUID()" },
          ItemProcessor: {
            StartAt: "T",
            States: { T: task({ Next: "U" }), U: task({ End: true }) },
          },
          End: true,
        },
      },
    },
    plans: { T: [{ ms: 2 }], U: failing(1) },
  },
};
