import fc from "fast-check";
import { task } from "./machines.ts";
import { resources } from "./run-in-world.ts";
import type { Plan, PlannedMachine } from "./world.ts";

const kinds = Object.keys(resources) as (keyof typeof resources)[];

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
      const parsed = JSON.parse(text);
      return [names[index], parsed.Type === "Choice" ? parsed : { ...parsed, Next: next }];
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
    // A name may not be assigned in two scopes: each state has its own.
    fc.constant<Builder>((name) => ({
      Type: "Pass",
      Assign: { [`${name()}.$`]: "States.UUID()" },
    })),
    fc.constantFrom("", "/0").map(
      (StringEquals): Builder =>
        (name) => ({
          Type: "Choice",
          Choices: [{ Variable: "$.path", StringEquals, Assign: { [name()]: 1 }, Next: "(next)" }],
          Default: "(next)",
        }),
    ),
    fc.tuple(anyPlan, anyHandlers, fc.constantFrom(...kinds)).map(
      ([plan, handlers, kind]): Builder =>
        (_, plans) => {
          plans["(own)"] = plan;
          return task(handlers, kind);
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
    fc.tuple(tie("branch"), fc.integer({ min: 0, max: 3 }), anyHandlers, fc.boolean()).map(
      ([processor, MaxConcurrency, handlers, isDistributed]): Builder =>
        (name, plans) => ({
          Type: "Map",
          ItemsPath: "$.items",
          MaxConcurrency,
          ItemSelector: {
            "items.$": "$.items",
            "path.$": "States.Format('{}/{}', $.path, $$.Map.Item.Index)",
          },
          ItemProcessor: isDistributed
            ? distributed(processor(name, plans))
            : processor(name, plans),
          ResultPath: "$.map",
          ...handlers,
        }),
    ),
  ),
}));

/** The states run in executions of their own; who has a token of theirs would not find them here. */
function distributed(processor: object): object {
  const text = JSON.stringify(processor)
    .replaceAll('"$$.Task.Token"', '"$.path"')
    .replaceAll(resources.token, resources.call)
    .replaceAll(resources.activity, resources.call);
  return {
    ...JSON.parse(text),
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
  };
}

/** Any nesting of states of every type, with every pattern of task. */
export const anyMachine: fc.Arbitrary<PlannedMachine> = anyBranch.map((branch) => {
  let count = 0;
  const plans: Record<string, Plan> = {};
  const name = (): string => {
    count += 1;
    return `S${count}`;
  };
  const definition = branch(name, plans);
  return { definition, plans };
});
