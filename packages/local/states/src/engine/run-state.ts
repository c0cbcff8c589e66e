import type { Catcher } from "../definition/catchers.ts";
import type { State } from "../definition/machine.ts";
import { type Retrier, retryDelayMs } from "../definition/retriers.ts";
import { placeAt, ReferencePathError } from "../jsonpath/reference-path.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";
import type { Json } from "../types.ts";
import { Frame } from "./frame.ts";
import { exceedsDataLimit, jsonBytes, jsonText } from "./json-text.ts";
import {
  dataLimitBytes,
  inputTooLarge,
  resultTooLarge,
  StateFailure,
  variablesLimitBytes,
  variablesTooLarge,
} from "./state-failure.ts";
import type { Steps } from "./steps.ts";
import type { Thread } from "./thread.ts";
import type { Assigned, Variables } from "./variables.ts";

interface Left {
  readonly output: Json;
  readonly next: string | undefined;
}

/**
 * The life of a state, the same for every type:
 * entered → effective input → work → result → output → exited, with Retry and Catch around what can fail.
 * Invariant: each Entered event is followed by one Exited event of the state, or by its failure.
 * @param redriven the stay in the state that ended with the execution, and goes on
 */
export function* runState(
  thread: Thread,
  state: State,
  input: Json,
  redriven?: Frame,
): Steps<Left> {
  const frame = redriven ?? enter(thread, state, input);
  const attempts = new Map<Retrier, number>();
  for (;;) {
    frame.tries += 1;
    try {
      return yield* tryState(frame);
    } catch (error) {
      const failure = failureOf(error, frame);
      if (failure.endsExecution) throw failure;
      // A state that fails by itself leaves nothing running.
      if (thread.children.length > 0) thread.endChildren();
      const delayMs = nextDelay(failure, state, attempts, () => thread.draw());
      // Otherwise a redrive keeps what the children have come to; when data was too large, AWS begins anew.
      if (delayMs !== undefined || failure.error === "States.DataLimitExceeded") thread.former = [];
      if (delayMs === undefined) return catchFailure(failure, frame);
      frame.retryCount += 1;
      yield* thread.due(thread.lastEventAt + delayMs, delayMs);
    }
  }
}

function enter(thread: Thread, state: State, input: Json): Frame {
  const text = inputText(state, input);
  const entered = thread.emit(`${state.type}StateEntered`, {
    stateEnteredEventDetails: {
      name: state.name,
      input: text,
      inputDetails: { truncated: false },
    },
  });
  const frame = new Frame(thread, state, input, entered);
  thread.open = frame;
  return frame;
}

/** A state's output was made text already; the input of an execution can be the first that is too deep for it. */
function inputText(state: State, input: Json): string {
  try {
    return jsonText(input);
  } catch (error) {
    if (!isStackOverflow(error)) throw error;
    const cause = `An error occurred while entering the state '${state.name}'. ${tooDeep}`;
    throw new StateFailure("States.Runtime", cause);
  }
}

function* tryState(frame: Frame): Steps<Left> {
  const { state } = frame;
  const effective = state.flow.effectiveInput(frame);
  if (effective !== frame.input && exceedsDataLimit(effective)) throw inputTooLarge(state.name);
  const work = state.execute(frame, effective);
  const { result, next, assign = state.assign } = "result" in work ? work : yield* work;
  const assigned = assign?.(frame.scope(result));
  return leave(frame, state.flow.output(frame, result), next ?? state.next, assigned);
}

/** Output and new values were both made from the variables as they were when the state was entered. */
function leave(
  frame: Frame,
  output: Json,
  next: string | undefined,
  assigned: Assigned | undefined,
): Left {
  const { state, thread } = frame;
  if (exceedsDataLimit(output)) throw resultTooLarge(state.name);
  const variables = assigned === undefined ? thread.variables : assign(frame, assigned);
  if (thread.exitFollows !== undefined) thread.lastEventId = thread.exitFollows;
  thread.exitFollows = undefined;
  thread.emit(`${state.type}StateExited`, {
    stateExitedEventDetails: {
      name: state.name,
      output: jsonText(output),
      outputDetails: { truncated: false },
      ...(assigned === undefined ? undefined : assignedDetails(assigned)),
    },
  });
  thread.variables = variables;
  thread.open = undefined;
  if (thread.former.length > 0) thread.former = [];
  return { output, next };
}

/** @throws StateFailure for more than 256 KiB in one Assign, or 10 MiB in all variables */
function assign({ state, thread }: Frame, assigned: Assigned): Variables {
  const bytes = Object.values(assigned).reduce<number>((sum, value) => sum + jsonBytes(value), 0);
  if (bytes > dataLimitBytes) throw variablesTooLarge(state.name);
  const variables = thread.variables.with(assigned);
  if (variables.bytes > variablesLimitBytes) throw variablesTooLarge(state.name);
  return variables;
}

function assignedDetails(assigned: Assigned): { readonly [field: string]: Json } {
  const texts = Object.entries(assigned).map(([name, value]) => [name, jsonText(value)]);
  return {
    assignedVariables: Object.fromEntries(texts),
    assignedVariablesDetails: { truncated: false },
  };
}

/** What failed in the state; an error of the engine itself is thrown on. */
export function failureOf(error: unknown, frame: Frame): StateFailure {
  if (error instanceof StateFailure) return error;
  const message = error instanceof RuntimeFault ? error.message : tooDeep;
  if (message === tooDeep && !isStackOverflow(error)) throw error;
  return new StateFailure(
    "States.Runtime",
    `An error occurred while executing the state '${frame.state.name}' ` +
      `(entered at the event id #${frame.entered.id}). ${message}`,
  );
}

/** What walks through data goes as deep into the stack as the data is nested. */
const isStackOverflow = (error: unknown): boolean =>
  error instanceof RangeError && error.message.includes("call stack");

const tooDeep = "The data is nested too deeply.";

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
    const error = errorObject(failure);
    const assigned = catcher.assign?.(frame.scope(error));
    return leave(frame, placeError(catcher, frame.input, error), catcher.next, assigned);
  } catch (error) {
    throw failureOf(error, frame);
  }
}

/** AWS leaves neither out: what has no name or no cause gives null, but a timeout gives an empty cause. */
function errorObject({ error, cause }: StateFailure): Json {
  const noCause = error === "States.Timeout" ? "" : null;
  return { Error: error ?? null, Cause: cause ?? noCause };
}

function placeError(catcher: Catcher, input: Json, error: Json): Json {
  if (catcher.resultPath === null) return input;
  try {
    return placeAt(catcher.resultPath, input, error);
  } catch (fault) {
    if (!(fault instanceof ReferencePathError)) throw fault;
    throw new RuntimeFault(fault.message, { cause: fault });
  }
}
