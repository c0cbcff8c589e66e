import type { Execution } from "../execution.ts";
import type { ExecutionStatus, HistoryEvent, Json } from "../types.ts";
import { type StartOptions, startMachine } from "./start-machine.ts";

export interface MachineRun {
  readonly status: ExecutionStatus;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
  readonly events: readonly HistoryEvent[];
}

/**
 * Runs a definition to its end. Time is moved on whenever nothing else can happen, so that waits and retries take none;
 * a task that takes time waits for the clock (`clock.sleep`), not for the world. A task with a token is ended by the
 * `settle` of its invocation, or through the execution that `onStart` is given.
 * @throws InvalidDefinitionError; Error if the execution waits for something that never comes
 */
export async function runMachine(
  options: StartOptions & {
    /** Is given the execution when it has been started. */
    onStart?: (execution: Execution) => void;
  },
): Promise<MachineRun> {
  const { execution, events, clock } = startMachine(options);
  options.onStart?.(execution);
  let over = false;
  const end = execution.done.finally(() => {
    over = true;
  });
  // Whoever awaits `end` hears of a failure; until then it must not count as unheard.
  end.catch(() => {});
  // Map runs read in streams, which take turns of the event loop: it is given some before it counts as stuck.
  for (let idle = 0; !over && idle < 100; ) idle = (await clock.advanceToNext()) ? 0 : idle + 1;
  if (!over) throw new Error("the execution waits for something that never comes");
  const { status, output, error, cause } = await end;
  return {
    status,
    ...(output === undefined ? {} : { output: JSON.parse(output) as Json }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    events,
  };
}
