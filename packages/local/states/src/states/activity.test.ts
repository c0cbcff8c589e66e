import { describe, expect, it } from "vitest";
import { outline } from "../testing/history.ts";
import { fakeClock, runMachine } from "../testing/index.ts";
import { settled } from "../testing/settled.ts";
import { type StartOptions, startMachine } from "../testing/start-machine.ts";
import { type ActivityTask, TaskFailedError } from "../types.ts";

const activity = "arn:aws:states:us-east-1:111111111111:activity:review";

const machine = (fields: object = {}) => ({
  StartAt: "Review",
  States: { Review: { Type: "Task", Resource: activity, End: true, ...fields } },
});

/** An execution whose task is offered, with the offers. */
async function offered(fields: object = {}, options: Partial<StartOptions> = {}) {
  const offers: ActivityTask[] = [];
  const started = startMachine({
    definition: machine(fields),
    input: { photo: 1 },
    clock: fakeClock(0),
    invoker: {
      invoke: () => Promise.reject(new Error("not an activity")),
      offer: (task) => void offers.push(task),
    },
    ...options,
  });
  await settled();
  const [offer] = offers;
  return { ...started, offers, offer };
}

describe("a Task of an activity", () => {
  it("is offered, given to the worker that claims it, and ended by its token", async () => {
    const { execution, events, offer } = await offered({
      TimeoutSeconds: 60,
      HeartbeatSeconds: 10,
    });
    expect(offer).toMatchObject({ activityArn: activity, input: '{"photo":1}' });
    expect(events.at(-1)).toMatchObject({
      type: "ActivityScheduled",
      activityScheduledEventDetails: {
        resource: activity,
        input: '{"photo":1}',
        inputDetails: { truncated: false },
        timeoutInSeconds: 60,
        heartbeatInSeconds: 10,
      },
    });
    expect(await offer?.claim("anna")).toBe(true);
    expect(offer?.signal.aborted).toBe(true);
    expect(events.at(-1)?.activityStartedEventDetails).toEqual({ workerName: "anna" });
    expect(await execution.settleTask(offer?.taskToken ?? "", { output: "fine" })).toBe(true);
    expect((await execution.done).output).toBe('"fine"');
    expect(outline(events).slice(2)).toEqual([
      "3<2 ActivityScheduled",
      "4<3 ActivityStarted",
      "5<4 ActivitySucceeded",
      "6<5 TaskStateExited",
      "7<6 ExecutionSucceeded",
    ]);
  });

  it("is done by a function in a test", async () => {
    const run = await runMachine({
      definition: machine(),
      input: { photo: 1 },
      activities: { [activity]: (input) => [input] },
    });
    expect(run).toMatchObject({ status: "SUCCEEDED", output: [{ photo: 1 }] });
  });

  it("fails as its worker says", async () => {
    const run = await runMachine({
      definition: machine(),
      activities: {
        [activity]: () => {
          throw new TaskFailedError("Blurred", "shaken");
        },
      },
    });
    expect(run).toMatchObject({ status: "FAILED", error: "Blurred", cause: "shaken" });
    expect(run.events.at(-2)).toMatchObject({
      type: "ActivityFailed",
      activityFailedEventDetails: { error: "Blurred", cause: "shaken" },
    });
  });

  it("is given to one worker only, who need not have a name", async () => {
    const { events, offer } = await offered();
    expect(await Promise.all([offer?.claim(undefined), offer?.claim("late")])).toEqual([
      true,
      false,
    ]);
    expect(events.at(-1)?.activityStartedEventDetails).toEqual({});
    expect(await offer?.claim("later")).toBe(false);
  });

  it("can't be ended by its token before a worker has it", async () => {
    const { execution, offer } = await offered();
    expect(execution.heartbeatTask(offer?.taskToken ?? "")).toBe(false);
    expect(await execution.settleTask(offer?.taskToken ?? "", { output: 1 })).toBe(false);
  });

  it("has its time from when a worker came for it", async () => {
    const { execution, events, clock, offer } = await offered({ TimeoutSeconds: 5 });
    await clock.advance(86_400_000);
    expect(events.at(-1)?.type).toBe("ActivityScheduled");
    expect(await offer?.claim("anna")).toBe(true);
    await clock.advance(5000);
    expect(events.at(-2)).toMatchObject({
      type: "ActivityTimedOut",
      timestamp: 86_405_000,
      activityTimedOutEventDetails: { error: "States.Timeout" },
    });
    expect(await execution.done).toMatchObject({ status: "FAILED", error: "States.Timeout" });
  });

  it("is alive as long as its worker's heartbeats come", async () => {
    const { execution, events, clock, offer } = await offered({ HeartbeatSeconds: 10 });
    await offer?.claim("anna");
    await clock.advance(8000);
    expect(execution.heartbeatTask(offer?.taskToken ?? "")).toBe(true);
    await clock.advance(8000);
    expect(events.at(-1)?.type).toBe("ActivityStarted");
    await clock.advance(2000);
    expect(events.at(-2)).toMatchObject({ type: "ActivityTimedOut", timestamp: 18_000 });
  });

  it("fails where its activity does not exist, before it is scheduled", async () => {
    const { execution, events } = await offered({}, { activityExists: (arn) => arn !== activity });
    expect(await execution.done).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause:
        "An error occurred while executing the state 'Review' (entered at the event id #2). " +
        `The activity ${activity} does not exist.`,
    });
    expect(outline(events).slice(1)).toEqual(["2<0 TaskStateEntered", "3<2 ExecutionFailed"]);
  });

  it("fails to be scheduled where the host takes no activities, or can't offer it", async () => {
    const invoke = () => Promise.reject(new Error("not an activity"));
    const none = await offered({}, { invoker: { invoke } });
    expect(await none.execution.done).toMatchObject({
      error: "States.Runtime",
      cause: "There are no activities here.",
    });
    const offer = () => {
      throw new TaskFailedError("Full", "no room");
    };
    const full = await offered({}, { invoker: { invoke, offer } });
    expect(await full.execution.done).toMatchObject({ error: "Full", cause: "no room" });
    expect(outline(full.events).slice(2)).toEqual([
      "3<2 ActivityScheduled",
      "4<3 ActivityScheduleFailed",
      "5<4 ExecutionFailed",
    ]);
  });

  it("can't be run with another role", async () => {
    const Credentials = { RoleArn: "arn:aws:iam::222222222222:role/r" };
    await expect(runMachine({ definition: machine({ Credentials }) })).rejects.toThrow(
      "Field 'Credentials' is not supported by this engine",
    );
  });

  it("is offered no more when the execution was stopped", async () => {
    const { execution, offer } = await offered();
    execution.stop();
    await execution.done;
    expect(offer?.signal.aborted).toBe(true);
    expect(await offer?.claim("late")).toBe(false);
  });

  it("says that it was claimed only once that is recorded", async () => {
    const full = new Error("disk full");
    const { execution, offer } = await offered(
      {},
      {
        journal: {
          append: async (_, batch) => {
            if (batch.some(({ type }) => type === "ActivityStarted")) throw full;
          },
        },
      },
    );
    const claims = [offer?.claim("anna"), execution.done];
    for (const claim of claims) await expect(claim).rejects.toBe(full);
  });
});

describe("a resumed Task of an activity", () => {
  it("is offered again without a worker", async () => {
    const { execution, events, offer } = await offered();
    execution.suspend();
    expect(offer?.signal.aborted).toBe(true);
    const later = await offered({}, { history: events, activityExists: () => false });
    expect(later.offer?.taskToken).toBe(offer?.taskToken);
    expect(await later.offer?.claim("berta")).toBe(true);
  });

  it("stays with its worker, who has what is left of the time", async () => {
    const fields = { TimeoutSeconds: 60 };
    const { execution, events, offer } = await offered(fields);
    await offer?.claim("anna");
    execution.suspend();
    const late = await offered(fields, { history: [...events], clock: fakeClock(50_000) });
    expect(late.offers).toEqual([]);
    await late.clock.advance(9999);
    expect(late.execution.heartbeatTask(offer?.taskToken ?? "")).toBe(true);
    await late.clock.advance(1);
    expect(await late.execution.done).toMatchObject({ error: "States.Timeout" });

    const inTime = await offered(fields, { history: [...events], clock: fakeClock(50_000) });
    expect(await inTime.execution.settleTask(offer?.taskToken ?? "", { output: 1 })).toBe(true);
    expect(await inTime.execution.done).toMatchObject({ status: "SUCCEEDED" });
  });
});
