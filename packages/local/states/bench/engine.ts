import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { StateMachine, type StateMachineDefinition } from "aws-local-stepfunctions";
import { parseStateMachine } from "../src/definition/parse-state-machine.ts";
import { type Cost, costByBranches, costByInput, costByInputHandedOn } from "./growth.ts";
import { type Comparison, compare, type Rounds } from "./measure.ts";
import { measureOpen, type OpenExecutions, openKinds } from "./open-executions.ts";
import { costTable, openHeadline, openLine, ratesHeadline, ratesLine } from "./report.ts";
import { runOurs, statesIn } from "./run-ours.ts";
import { type Workload, workloads } from "./workloads.ts";

/**
 * The engine against aws-local-stepfunctions in the same process, and how its cost grows. Ours keeps its whole history
 * in memory; a state is one that was entered.
 *
 *   node --expose-gc bench/engine.ts [--quick] [--json] [--only rates|growth|open]
 */
const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string" },
  },
});
const parts = ["rates", "growth", "open"];
if (options.only !== undefined && !parts.includes(options.only)) {
  throw new Error(`--only is one of ${parts.join(", ")}, not ${options.only}`);
}
const wanted = (part: string): boolean => options.only === undefined || options.only === part;

const rounds: Rounds = options.quick
  ? { count: 1, windowMs: 200, warmUpMs: 200 }
  : { count: 5, windowMs: 600, warmUpMs: 600 };
const growthRounds: Rounds = { ...rounds, windowMs: rounds.windowMs / 2, warmUpMs: 200 };
const openCount = options.quick ? 1000 : 10_000;

const print = (text: string): void => {
  if (!options.json) console.log(text);
};

async function compareRates({ definition, input }: Workload): Promise<Comparison> {
  const machine = parseStateMachine(JSON.stringify(definition));
  const text = JSON.stringify(input);
  const states = statesIn(await runOurs(machine, text));
  const baseline = new StateMachine(definition as StateMachineDefinition);
  const tasks = Object.keys(definition.States).map((name) => [name, () => ({ done: true })]);
  const overrides = { taskResourceLocalHandlers: Object.fromEntries(tasks) };
  return compare(
    async () => {
      await runOurs(machine, text);
      return states;
    },
    async () => {
      // Its input is parsed as ours is.
      await baseline.run(JSON.parse(text), { overrides }).result;
      return states;
    },
    rounds,
  );
}

print(`${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Node ${process.version}`);
const rates: Record<string, Comparison> = {};
if (wanted("rates")) {
  print(ratesHeadline);
  for (const workload of workloads) {
    const comparison = await compareRates(workload);
    rates[workload.name] = comparison;
    print(ratesLine(workload.name, comparison));
  }
}

const growth: Record<string, Cost[]> = {};
if (wanted("growth")) {
  growth.branches = await costByBranches(growthRounds);
  print(costTable("parallel branches", growth.branches, "branches"));
  growth.inputHandedOn = await costByInputHandedOn(growthRounds);
  print(costTable("an input that is handed on", growth.inputHandedOn, "KiB"));
  growth.input = await costByInput(growthRounds);
  print(costTable("an input that each state changes", growth.input, "KiB"));
}

const open: Record<string, OpenExecutions> = {};
if (wanted("open")) {
  print(openHeadline(openCount));
  for (const [name, kind] of Object.entries(openKinds)) {
    // What is compiled and cached on the first run is nobody's memory.
    await measureOpen(kind, openCount / 10);
    const measured = await measureOpen(kind, openCount);
    open[name] = measured;
    print(openLine(name, measured));
  }
}
if (options.json) console.log(JSON.stringify({ rounds, rates, growth, open }, undefined, 2));
