import type { Json } from "../src/types.ts";

/** Both engines run it, each with the tasks as functions that answer at once. */
export interface Workload {
  readonly name: string;
  readonly definition: { readonly StartAt: string; readonly States: object };
  readonly input: Json;
}

const lambda = "arn:aws:lambda:us-east-1:111111111111:function:";

/** An input as a photo has it in the pipeline: about 300 bytes. */
const photo = {
  bucket: "landing",
  key: "Incoming/album/2026/photo-0001.jpg",
  exif: { make: "Canon", model: "EOS R5", iso: 400, gps: { lat: 48.137, long: 11.576 } },
  labels: ["Mountain", "Lake", "Person", "Boat"].map((Name) => ({ Name, Confidence: 99 })),
};

export const workloads: readonly Workload[] = [
  {
    name: "a chain of 100 Pass states",
    definition: chain(100, (index) => ({
      Type: "Pass",
      Parameters: { "key.$": "$.key", step: index },
      ResultPath: "$.pass",
    })),
    input: photo,
  },
  {
    name: "a Choice loop of 200 rounds",
    definition: {
      StartAt: "Count",
      States: {
        Count: {
          Type: "Pass",
          Parameters: { "n.$": "States.MathAdd($.loop.n, 1)" },
          ResultPath: "$.loop",
          Next: "Enough",
        },
        Enough: {
          Type: "Choice",
          Choices: [{ Variable: "$.loop.n", NumericGreaterThanEquals: 200, Next: "Done" }],
          Default: "Count",
        },
        Done: { Type: "Succeed" },
      },
    },
    input: { ...photo, loop: { n: 0 } },
  },
  { name: "a Parallel of 10 branches", definition: parallel(10), input: photo },
  {
    name: "an inline Map of 100 items",
    definition: {
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          ItemsPath: "$.items",
          ItemProcessor: chain(2, () => ({ Type: "Pass" })),
          End: true,
        },
      },
    },
    input: { items: Array.from({ length: 100 }, (_, index) => ({ ...photo, index })) },
  },
  {
    name: "50 Tasks that shape their data",
    definition: chain(50, (index) => ({
      Type: "Task",
      Resource: `${lambda}task-${index}`,
      Parameters: { "key.$": "$.key", "first.$": "$.labels[0].Name" },
      ResultSelector: { "done.$": "$.done" },
      ResultPath: "$.task",
    })),
    input: photo,
  },
  {
    name: "50 Tasks that take it as it is",
    definition: chain(50, (index) => ({
      Type: "Task",
      Resource: `${lambda}task-${index}`,
      ResultPath: "$.task",
    })),
    input: photo,
  },
];

/** Branches of four Pass states each. */
export function parallel(branches: number): Workload["definition"] {
  return {
    StartAt: "Fork",
    States: {
      Fork: {
        Type: "Parallel",
        Branches: Array.from({ length: branches }, (_, branch) =>
          chain(4, () => ({ Type: "Pass" }), `B${branch}-`),
        ),
        End: true,
      },
    },
  };
}

/** States that follow one another. A name is used once in a machine: branches need a prefix of their own. */
export function chain(
  length: number,
  state: (index: number) => object,
  prefix = "S",
): Workload["definition"] {
  const name = (index: number): string => `${prefix}${index}`;
  const states = Array.from({ length }, (_, index) => [
    name(index),
    { ...state(index), ...(index < length - 1 ? { Next: name(index + 1) } : { End: true }) },
  ]);
  return { StartAt: name(0), States: Object.fromEntries(states) };
}
