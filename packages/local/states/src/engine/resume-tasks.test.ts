import { describe, expect, it } from "vitest";
import { fakeClock } from "../testing/index.ts";
import { startMachine } from "../testing/start-machine.ts";
import type { ActivityTask, HistoryEvent, Json } from "../types.ts";

const task = (name: string, Resource: string, fields: object = {}) => ({
  StartAt: name,
  States: {
    [name]: { Type: "Task", Resource, Next: `${name} done`, ...fields },
    [`${name} done`]: { Type: "Pass", End: true },
  },
});

/** Each way that a task can end, side by side. */
const definition = {
  StartAt: "All",
  States: {
    All: {
      Type: "Parallel",
      Branches: [
        task("Call", "arn:aws:states:::lambda:invoke"),
        task("Ask", "arn:aws:states:::sqs:sendMessage.waitForTaskToken", {
          Parameters: { "Token.$": "$$.Task.Token" },
          TimeoutSeconds: 60,
        }),
        task("Job", "arn:aws:states:::glue:startJobRun.sync", { TimeoutSeconds: 60 }),
        task("Review", "arn:aws:states:us-east-1:111111111111:activity:review"),
        task("Late", "arn:aws:states:::sns:publish.waitForTaskToken", {
          TimeoutSeconds: 5,
          Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Late done" }],
        }),
      ],
      End: true,
    },
  },
};

/**
 * When the calls are answered. Late is the first, so that none of the kills is in a call that has to be made again later
 * than it was: that would give it more time.
 */
const answeredAt: Readonly<Record<string, number>> = { Late: 100, Ask: 500, Job: 600, Call: 1500 };

/** What the world does, at the same moments however often the process is killed. */
async function play(history: readonly HistoryEvent[] = []) {
  const clock = fakeClock(history.at(-1)?.timestamp ?? 0);
  const offers: ActivityTask[] = [];
  const tokens = new Map<string, string>();
  const until = async (ms: number, value: Json): Promise<Json> => {
    if (clock.now() < ms) await clock.sleep(ms - clock.now());
    return value;
  };
  const { execution, events } = startMachine({
    definition,
    history,
    clock,
    taskToken: (_, id) => `token ${id}`,
    invoker: {
      invoke: ({ stateName, taskToken, onStarted }) => {
        onStarted();
        if (taskToken !== undefined) tokens.set(stateName, taskToken);
        return until(answeredAt[stateName] ?? 0, stateName);
      },
      awaitJob: ({ submitted }) => until(4000, [submitted]),
      offer: (offer) => void offers.push(offer),
    },
  });
  const to = async (ms: number) => clock.advance(Math.max(0, ms - clock.now()));
  await to(1000);
  await offers[0]?.claim("anna");
  await to(2000);
  await execution.settleTask(tokenOf.Ask, { output: "asked" });
  await to(3000);
  await execution.settleTask(tokenOf.Review, { output: "reviewed" });
  await to(10_000);
  expect(await execution.settleTask(tokenOf.Late, { output: "late" })).toBe(false);
  return { summary: await execution.done, events, tokens };
}

/** By the events at which their states are entered. */
const tokenOf = { Ask: "token 6.1", Review: "token 10.1", Late: "token 12.1" };

describe("an execution with tasks that end from outside", () => {
  it("ends with the same history, wherever its process was killed", async () => {
    const whole = await play();
    const { Ask, Late } = tokenOf;
    expect(Object.fromEntries(whole.tokens)).toEqual({ Ask, Late });
    expect(whole.summary.status).toBe("SUCCEEDED");
    for (let length = 1; length < whole.events.length; length += 1) {
      const { events, tokens } = await play(whole.events.slice(0, length));
      expect(events.map(comparable), `killed after event ${length}`).toEqual(
        whole.events.map(comparable),
      );
      const submitted = new Set(
        whole.events.slice(0, length).filter(({ type }) => type === "TaskSubmitted"),
      );
      if (submitted.size === 3) expect(tokens.size).toBe(0);
    }
  });
});

/** When the work was begun again is recorded only where it was. */
const comparable = ({ replay: _, ...event }: HistoryEvent) => event;
