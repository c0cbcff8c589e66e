import { describe, expect, it } from "vitest";
import { compareHistory } from "./compare-history.ts";
import type { ComparedEvent } from "./history-event.ts";
import { Bindings } from "./placeholders.ts";

/** `7<6 Type name`, the name being all that the event tells. */
const history = (lines: string): ComparedEvent[] =>
  lines
    .trim()
    .split(/\s*\n\s*/)
    .map((line) => {
      const [, id, previous, type = "", name = ""] = /^(\d+)<(\d+) (\S+) ?(.*)$/.exec(line) ?? [];
      return { id: Number(id), previousEventId: Number(previous), type, content: { type, name } };
    });

const compare = (expected: string, actual: string) =>
  compareHistory(history(expected), history(actual), new Bindings());

const twoBranches = `
  1<0 ExecutionStarted
  2<0 ParallelStateEntered Both
  3<2 ParallelStateStarted
  4<3 PassStateEntered Left
  5<4 PassStateExited Left
  6<3 PassStateEntered Right
  7<6 PassStateExited Right
  8<7 ParallelStateSucceeded
  9<7 ParallelStateExited Both
  10<9 ExecutionSucceeded`;

describe("a comparison of histories", () => {
  it("does not mind which of two branches wrote first, and which was the last", () => {
    const otherWay = `
      1<0 ExecutionStarted
      2<0 ParallelStateEntered Both
      3<2 ParallelStateStarted
      4<3 PassStateEntered Right
      5<3 PassStateEntered Left
      6<4 PassStateExited Right
      7<5 PassStateExited Left
      8<7 ParallelStateSucceeded
      9<7 ParallelStateExited Both
      10<9 ExecutionSucceeded`;
    expect(compare(twoBranches, otherWay)).toBeUndefined();
  });

  it.each([
    [
      "an event of one branch in the other",
      ["7<6 PassStateExited Right", "7<4 PassStateExited Right"],
    ],
    ["two events of a branch in another order", ["6<3 PassStateEntered", "6<3 PassStateExited"]],
    ["a branch that is there twice", ["PassStateEntered Right", "PassStateEntered Left"]],
    ["what a branch tells", ["PassStateExited Right", "PassStateExited Wrong"]],
    ["an end outside the state", ["9<7 ParallelStateExited", "9<2 ParallelStateExited"]],
    ["what comes after the branches", ["10<9 ExecutionSucceeded", "10<8 ExecutionSucceeded"]],
    ["an event too many", ["10<9", "10<9 PassStateEntered More\n11<10"]],
  ])("finds, among branches, %s", (_, [from = "", to = ""]) => {
    const wrong = twoBranches.replace(from, to);
    expect(wrong).not.toBe(twoBranches);
    expect(compare(twoBranches, wrong)).toBeDefined();
    expect(compare(wrong, twoBranches)).toBeDefined();
  });

  it("compares the numbers as well where there are no branches", () => {
    const line = "1<0 ExecutionStarted\n2<0 PassStateEntered A\n3<2 PassStateExited A";
    expect(compare(line, line)).toBeUndefined();
    expect(compare(line, line.replace("3<2", "3<1"))?.path).toBe("events[2]");
    expect(compare(line, line.replace("3<2", "4<2"))?.path).toBe("events[2]");
  });

  it("lets the end of a Map Run follow its start as well, and nothing else", () => {
    const run = `
      1<0 MapStateStarted
      2<1 MapRunStarted
      3<2 MapRunSucceeded
      4<3 MapStateSucceeded
      5<3 MapStateExited`;
    expect(compare(run, run.replace("5<3", "5<2"))).toBeUndefined();
    expect(compare(run, run.replace("5<3", "5<4"))?.path).toBe("events[4]");
    expect(compare(run, run.replace("4<3", "4<2"))?.path).toBe("events[3]");
  });

  it("keeps to the order of iterations that run one at a time", () => {
    const iterations = `
      1<0 MapStateStarted
      2<1 MapIterationStarted a
      3<2 MapIterationSucceeded a
      4<2 MapIterationStarted b
      5<4 MapIterationSucceeded b`;
    expect(compare(iterations, iterations)).toBeUndefined();
    const swapped = iterations.replaceAll(" a", " x").replaceAll(" b", " a").replaceAll(" x", " b");
    expect(compare(iterations, swapped)).toBeDefined();
  });

  it("takes what was sorted and has lost its numbers as a set, with so many more events as numbers are missing", () => {
    const sorted = `
      1<0 ExecutionStarted
      0<0 PassStateEntered Left
      0<0 PassStateEntered Right
      5<4 ExecutionSucceeded`;
    const actual = `
      1<0 ExecutionStarted
      2<0 PassStateEntered Right
      3<0 PassStateEntered Left
      4<3 ParallelStateSucceeded
      5<4 ExecutionSucceeded`;
    expect(compare(sorted, actual)).toBeUndefined();
    expect(compare(sorted, actual.replace("Left", "Wrong"))).toBeDefined();
    expect(compare(sorted, actual.replace("ParallelStateSucceeded", "Other"))?.path).toBe("events");
    expect(compare(sorted, actual.replace("5<4", "5<2"))).toBeUndefined();
    expect(compare(sorted, `${actual}\n6<5 Extra`)?.path).toBe("events.length");
    expect(
      compare(sorted, actual.replace("1<0 ExecutionStarted", "6<5 ExecutionStarted")),
    ).toBeDefined();
  });

  it("follows a cause to the event that it names, where numbers are chance", () => {
    const failing = (id: number): string =>
      `${twoBranches}\n11<10 ExecutionFailed The state (entered at the event id #${id}).`;
    expect(compare(failing(4), failing(6))).toBeUndefined();
    expect(compare(failing(4), failing(5))).toBeDefined();
  });
});
