import type { Catcher } from "../definition/catchers.ts";
import type { State } from "../definition/machine.ts";
import { type Retrier, retryDelayMs } from "../definition/retriers.ts";
import { placeAt, ReferencePathError } from "../jsonpath/reference-path.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";
import type { Json } from "../types.ts";
import { Frame } from "./frame.ts";
import { exceedsDataLimit, jsonText } from "./json-text.ts";
import { inputTooLarge, resultTooLarge, StateFailure } from "./state-failure.ts";
import type { Steps } from "./steps.ts";
import type { Thread } from "./thread.ts";

interface Left {
  readonly output: Json;
  readonly next: string | undefined;
}

/**
 * The life of a state, the same for every type:
 * entered → effective input → work → result → output → exited, with Retry and Catch around what can fail.
 * Invariant: each Entered event is followed by one Exited event of the state, or by its failure.
 */
export function* runState(thread: Thread, state: State, input: Json): Steps<Left> {
  const entered = thread.emit(`${state.type}StateEntered`, {
    stateEnteredEventDetails: {
      name: state.name,
      input: jsonText(input),
      inputDetails: { truncated: false },
    },
  });
  const frame = new Frame(thread, state, input, entered);
  thread.open = frame;
  const attempts = new Map<Retrier, number>();
  for (;;) {
    try {
      return yield* tryState(frame);
    } catch (error) {
      const failure = failureOf(error, frame);
      if (failure.endsExecution) throw failure;
      const delayMs = nextDelay(failure, state, attempts, () => thread.draw());
      if (delayMs === undefined) return catchFailure(failure, frame);
      frame.retryCount += 1;
      yield* thread.due(thread.lastEventAt + delayMs, delayMs);
    }
  }
}

function* tryState(frame: Frame): Steps<Left> {
  const { state } = frame;
  const effective = state.flow.effectiveInput(frame);
  if (effective !== frame.input && exceedsDataLimit(effective)) throw inputTooLarge(state.name);
  const work = state.execute(frame, effective);
  const { result, next } = "result" in work ? work : yield* work;
  return leave(frame, state.flow.output(frame, result), next ?? state.next);
}

function leave(frame: Frame, output: Json, next: string | undefined): Left {
  const { state, thread } = frame;
  if (exceedsDataLimit(output)) throw resultTooLarge(state.name);
  if (thread.exitFollows !== undefined) thread.lastEventId = thread.exitFollows;
  thread.exitFollows = undefined;
  thread.emit(`${state.type}StateExited`, {
    stateExitedEventDetails: {
      name: state.name,
      output: jsonText(output),
      outputDetails: { truncated: false },
    },
  });
  thread.open = undefined;
  return { output, next };
}

/** What failed in the state; an error of the engine itself is thrown on. */
function failureOf(error: unknown, frame: Frame): StateFailure {
  if (error instanceof StateFailure) return error;
  if (error instanceof RuntimeFault) {
    return new StateFailure(
      "States.Runtime",
      `An error occurred while executing the state '${frame.state.name}' ` +
        `(entered at the event id #${frame.entered.id}). ${error.message}`,
    );
  }
  throw error;
}

/** Each retrier counts its own retries; the first that knows the error decides. */
function nextDelay(
  failure: StateFailure,
  state: State,
  attempts: Map<Retrier, number>,
  draw: () => number,
): number | undefined {
  const retrier = state.retriers.find(({ errors }) => failure.matches(errors));
  if (retrier === undefined) return undefined;
  const attempt = attempts.get(retrier) ?? 0;
  if (attempt >= retrier.maxAttempts) return undefined;
  attempts.set(retrier, attempt + 1);
  return retryDelayMs(retrier, attempt, draw);
}

function catchFailure(failure: StateFailure, frame: Frame): Left {
  const { state, thread } = frame;
  thread.exitFollows = undefined;
  if (failure.fromBranch) thread.emit(`${state.type}StateFailed`);
  const catcher = state.catchers.find(({ errors }) => failure.matches(errors));
  if (catcher === undefined) throw failure;
  try {
    return leave(frame, errorOutput(failure, catcher, frame.input), catcher.next);
  } catch (error) {
    throw failureOf(error, frame);
  }
}

function errorOutput(failure: StateFailure, catcher: Catcher, input: Json): Json {
  if (catcher.resultPath === null) return input;
  // AWS leaves neither out: what has no name or no cause gives null, but a timeout gives an empty cause.
  const noCause = failure.error === "States.Timeout" ? "" : null;
  const error = { Error: failure.error ?? null, Cause: failure.cause ?? noCause };
  try {
    return placeAt(catcher.resultPath, input, error);
  } catch (fault) {
    if (!(fault instanceof ReferencePathError)) throw fault;
    throw new RuntimeFault(fault.message, { cause: fault });
  }
}
