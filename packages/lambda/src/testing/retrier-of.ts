/** One element of a state's Retry, as the ASL has it. */
export interface Retrier {
  ErrorEquals: string[];
  MaxAttempts: number;
}

interface State {
  Retry?: Retrier[];
  Branches?: { States: Record<string, State> }[];
}

/** Which element of a state's Retry decides on an error; `undefined` if none does, or there is no such state. */
export function retrierOf(
  definition: { States: unknown },
  state: string,
  error: string,
): Retrier | undefined {
  return stateNamed(definition.States as Record<string, State>, state)?.Retry?.find(
    ({ ErrorEquals }) => ErrorEquals.some((name) => name === error || name === "States.ALL"),
  );
}

function stateNamed(states: Record<string, State>, name: string): State | undefined {
  if (states[name] !== undefined) return states[name];
  const branches = Object.values(states).flatMap(({ Branches = [] }) => Branches);
  return branches.map(({ States }) => stateNamed(States, name)).find((state) => state);
}
