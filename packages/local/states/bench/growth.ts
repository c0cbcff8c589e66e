import { parseStateMachine } from "../src/definition/parse-state-machine.ts";
import { type Rounds, rateOf, type Spread } from "./measure.ts";
import { runOurs, statesIn } from "./run-ours.ts";
import { chain, parallel } from "./workloads.ts";

/** What a state costs at a size, in microseconds; the least of it is the most telling figure on a busy machine. */
export interface Cost {
  readonly size: number;
  readonly microseconds: Spread;
}

/** A state in one of 10 to 1,000 parallel branches of four states. */
export function costByBranches(rounds: Rounds): Promise<Cost[]> {
  return costs([10, 30, 100, 300, 1000], rounds, (branches) => ({
    definition: parallel(branches),
    // Each branch's output is its input, and all of them together are the Parallel's.
    input: {},
  }));
}

/** A state of a chain that places a small result into an input of 1 kB to nearly 256 KiB. */
export function costByInput(rounds: Rounds): Promise<Cost[]> {
  return costs(
    [1, 4, 16, 64, 255].map((kilobytes) => kilobytes * 1024),
    rounds,
    (bytes) => ({
      definition: chain(10, (step) => ({ Type: "Pass", Result: step, ResultPath: "$.step" })),
      // In words of 60 letters, as JSON is made of many small values and not of one text.
      input: { step: 0, words: Array.from({ length: (bytes - 40) / 63 }, () => "x".repeat(60)) },
    }),
  );
}

/** The same chain, but its states hand the input on as it is. */
export function costByInputHandedOn(rounds: Rounds): Promise<Cost[]> {
  return costs(
    [1, 4, 16, 64, 255].map((kilobytes) => kilobytes * 1024),
    rounds,
    (bytes) => ({
      definition: chain(10, () => ({ Type: "Pass" })),
      input: { words: Array.from({ length: (bytes - 40) / 63 }, () => "x".repeat(60)) },
    }),
  );
}

async function costs(
  sizes: readonly number[],
  rounds: Rounds,
  workload: (size: number) => { definition: object; input: object },
): Promise<Cost[]> {
  const found: Cost[] = [];
  for (const size of sizes) {
    const { definition, input } = workload(size);
    const machine = parseStateMachine(JSON.stringify(definition));
    const text = JSON.stringify(input);
    const rate = await rateOf(async () => statesIn(await runOurs(machine, text)), rounds);
    const microseconds = {
      median: 1e6 / rate.median,
      minimum: 1e6 / rate.maximum,
      maximum: 1e6 / rate.minimum,
    };
    found.push({ size, microseconds });
  }
  return found;
}
