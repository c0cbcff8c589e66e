import * as lambda from "@darkroom/lambda";
import { describe, expect, test } from "vitest";
import definition from "./image-processing.asl.json" with { type: "json" };

/** Names that AWS gives errors, and not the project. */
const awsErrorNames = new Set([
  "States.ALL",
  "Lambda.TooManyRequestsException",
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "SlowDown",
  "ServiceUnavailable",
]);

interface ErrorRule {
  ErrorEquals: string[];
  MaxAttempts?: number;
}
interface State {
  Type: string;
  Retry?: ErrorRule[];
  Catch?: ErrorRule[];
  Branches?: { States: Record<string, State> }[];
}

function statesOf(states: Record<string, State>): [name: string, state: State][] {
  return Object.entries(states).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.Branches ?? []).flatMap((branch) => statesOf(branch.States)),
  ]);
}

/** The names that the error classes of @darkroom/lambda carry: every error that a task throws by a name of ours. */
function permanentErrorNames(): string[] {
  return Object.values(lambda).flatMap((value) => {
    if (typeof value !== "function" || !(value.prototype instanceof lambda.PermanentError))
      return [];
    const ErrorClass = value as unknown as new (message: string) => Error;
    return [new ErrorClass("").name];
  });
}

const states = statesOf(definition.States as unknown as Record<string, State>);
const tasks = states.filter(([, state]) => state.Type === "Task");

test("every error that the machine names is one that a task throws or that AWS gives", () => {
  const known = new Set([...awsErrorNames, ...permanentErrorNames()]);
  const named = states.flatMap(([, { Retry = [], Catch = [] }]) =>
    [...Retry, ...Catch].flatMap((rule) => rule.ErrorEquals),
  );
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

describe.each(tasks)("%s", (_, state) => {
  test.each(permanentErrorNames())("doesn't try again after %s", (name) => {
    const rule = state.Retry?.find(({ ErrorEquals }) =>
      ErrorEquals.some((pattern) => pattern === name || pattern === "States.ALL"),
    );
    expect(rule).toMatchObject({ ErrorEquals: expect.arrayContaining([name]), MaxAttempts: 0 });
  });
});
