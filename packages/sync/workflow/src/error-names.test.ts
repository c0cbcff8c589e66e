import { AccessDeniedError, InvalidInputError, ObjectNotFoundError } from "@darkroom/lambda";
import { describe, expect, test } from "vitest";
import definition from "./sync-buckets.asl.json" with { type: "json" };

interface State {
  readonly Type: string;
  readonly Retry?: readonly { readonly ErrorEquals: string[]; readonly MaxAttempts: number }[];
  readonly Catch?: readonly { readonly ErrorEquals: string[] }[];
  readonly Branches?: readonly { readonly States: Record<string, State> }[];
  readonly ItemProcessor?: { readonly States: Record<string, State> };
}

const statesOf = (states: Record<string, State>): [name: string, state: State][] =>
  Object.entries(states).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.Branches ?? []).flatMap(({ States }) => statesOf(States)),
    ...statesOf(state.ItemProcessor?.States ?? {}),
  ]);

const all = statesOf(definition.States as unknown as Record<string, State>);
const permanent = [AccessDeniedError, InvalidInputError, ObjectNotFoundError].map(
  (Permanent) => new Permanent("").name,
);

describe.each(all.filter(([, { Type }]) => Type === "Task"))("%s", (_, { Retry = [] }) => {
  test.each(permanent)("doesn't try again after %s", (name) => {
    expect(Retry[0]).toMatchObject({ ErrorEquals: expect.arrayContaining([name]), MaxAttempts: 0 });
  });

  test("names no error twice: only the first rule for one counts", () => {
    const names = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
    expect(names).toEqual([...new Set(names)]);
  });
});

test("whatever fails is caught, but for children, whose failures the report judges", () => {
  const uncaught = all.filter(
    ([, { Type, Catch = [] }]) =>
      ["Task", "Parallel", "Map"].includes(Type) &&
      !Catch.some(({ ErrorEquals }) => ErrorEquals.includes("States.ALL")),
  );
  expect(uncaught.map(([name]) => name)).toEqual(["CopyShard", "DeleteShard"]);
});
