import { describe, expect, it } from "vitest";
import { outline } from "../testing/history.ts";
import { fakeClock, runMachine } from "../testing/index.ts";
import { settled } from "../testing/settled.ts";
import { type StartOptions, startMachine } from "../testing/start-machine.ts";
import { type JobInvocation, type Json, TaskFailedError } from "../types.ts";

const call = "arn:aws:states:::glue:startJobRun";
const resource = `${call}.sync`;

const machine = (fields: object = {}) => ({
  StartAt: "Job",
  States: { Job: { Type: "Task", Resource: resource, End: true, ...fields } },
});

/** An execution whose job runs, with a way to end it. */
async function running(fields: object = {}, options: Partial<StartOptions> = {}) {
  const job = Promise.withResolvers<Json>();
  const jobs: JobInvocation[] = [];
  const calls: string[] = [];
  const started = startMachine({
    definition: machine(fields),
    clock: fakeClock(0),
    invoker: {
      async invoke({ resource: called }) {
        calls.push(called);
        return { JobRunId: "j" };
      },
      awaitJob(invocation) {
        jobs.push(invocation);
        return job.promise;
      },
    },
    ...options,
  });
  await settled();
  return { ...started, job, jobs, calls };
}

describe("a Task that waits for its job", () => {
  it.each(["sync", "sync:2"])(
    "has the result of the job that its call began: .%s",
    async (pattern) => {
      const { execution, events, job, jobs, calls } = await running({
        Resource: `${call}.${pattern}`,
        Parameters: { JobName: "n" },
      });
      expect(calls).toEqual([call]);
      expect(jobs).toMatchObject([
        { resource: call, pattern, parameters: { JobName: "n" }, submitted: { JobRunId: "j" } },
      ]);
      job.resolve("done");
      expect((await execution.done).output).toBe('"done"');
      expect(outline(events).slice(2)).toEqual([
        "3<2 TaskScheduled",
        "4<3 TaskStarted",
        "5<4 TaskSubmitted",
        "6<5 TaskSucceeded",
        "7<6 TaskStateExited",
        "8<7 ExecutionSucceeded",
      ]);
      expect(events[4]?.taskSubmittedEventDetails).toEqual({
        resourceType: "glue",
        resource: `startJobRun.${pattern}`,
        output: '{"JobRunId":"j"}',
        outputDetails: { truncated: false },
      });
    },
  );

  it("is done by a function in a test", async () => {
    const run = await runMachine({
      definition: machine(),
      tasks: { [resource]: () => ({ JobRunId: "j" }) },
      jobs: { [resource]: (submitted) => [submitted] },
    });
    expect(run).toMatchObject({ status: "SUCCEEDED", output: [{ JobRunId: "j" }] });
  });

  it("fails as its job does, or as its call does", async () => {
    const { execution, events, job } = await running();
    job.reject(new TaskFailedError("States.TaskFailed", "exit 1"));
    expect(await execution.done).toMatchObject({ error: "States.TaskFailed", cause: "exit 1" });
    expect(outline(events).slice(4)).toEqual([
      "5<4 TaskSubmitted",
      "6<5 TaskFailed",
      "7<6 ExecutionFailed",
    ]);
    const refused = await runMachine({
      definition: machine(),
      tasks: {
        [resource]: () => {
          throw new TaskFailedError("Glue.Busy", "later");
        },
      },
      jobs: { [resource]: () => null },
    });
    expect(refused).toMatchObject({ status: "FAILED", error: "Glue.Busy" });
    expect(outline(refused.events).slice(3)).toEqual([
      "4<3 TaskStarted",
      "5<4 TaskFailed",
      "6<5 ExecutionFailed",
    ]);
  });

  it("stops a job that times out, once that is recorded", async () => {
    const written: string[] = [];
    const abortedBy: (string | undefined)[] = [];
    const { execution, clock, jobs } = await running(
      { TimeoutSeconds: 9 },
      {
        journal: { append: (_, batch) => void written.push(...batch.map(({ type }) => type)) },
      },
    );
    jobs[0]?.signal.addEventListener("abort", () => abortedBy.push(written.at(-1)));
    await clock.advance(9000);
    expect(await execution.done).toMatchObject({ error: "States.Timeout" });
    expect(abortedBy).toEqual(["ExecutionFailed"]);
    expect(jobs[0]?.suspended.aborted).toBe(false);
  });

  it.each<[string, (started: Awaited<ReturnType<typeof running>>) => unknown]>([
    ["the execution is stopped", ({ execution }) => execution.stop()],
    ["the machine's time is over", ({ clock }) => clock.advance(60_000)],
  ])("stops the job when %s", async (_, end) => {
    const started = await running({}, { definition: { ...machine(), TimeoutSeconds: 60 } });
    await end(started);
    await started.execution.done;
    expect(started.jobs[0]?.signal.aborted).toBe(true);
  });

  it("stops the job when a branch beside it fails", async () => {
    const sibling = Promise.withResolvers<Json>();
    const other = "arn:aws:states:::lambda:invoke";
    const parallel = {
      StartAt: "Both",
      States: {
        Both: {
          Type: "Parallel",
          End: true,
          Branches: [
            machine(),
            { StartAt: "Other", States: { Other: { Type: "Task", Resource: other, End: true } } },
          ],
        },
      },
    };
    const jobs: JobInvocation[] = [];
    const { execution } = startMachine({
      definition: parallel,
      invoker: {
        invoke: async ({ resource: called }) => (called === other ? sibling.promise : null),
        awaitJob: (job) => {
          jobs.push(job);
          return new Promise(() => {});
        },
      },
    });
    await settled();
    sibling.reject(new TaskFailedError("Sad", ""));
    expect(await execution.done).toMatchObject({ status: "FAILED", error: "Sad" });
    expect(jobs.map(({ signal }) => signal.aborted)).toEqual([true]);
  });

  it("fails where the host can await no jobs", async () => {
    const { execution } = await running({}, { invoker: { invoke: async () => null } });
    expect(await execution.done).toMatchObject({
      error: "States.Runtime",
      cause: `The resource ${resource} can't be awaited here.`,
    });
  });
});

describe("a resumed Task that waits for its job", () => {
  it("lets the job run on meanwhile, awaits it again and does not make the call again", async () => {
    const { execution, events, jobs } = await running({ TimeoutSeconds: 60 });
    execution.suspend();
    expect(jobs[0]?.signal.aborted).toBe(false);
    expect(jobs[0]?.suspended.aborted).toBe(true);

    const later = await running(
      { TimeoutSeconds: 60 },
      { history: [...events], clock: fakeClock(50_000) },
    );
    expect(later.calls).toEqual([]);
    expect(later.jobs).toMatchObject([{ submitted: { JobRunId: "j" }, stateName: "Job" }]);
    await later.clock.advance(9999);
    later.job.resolve("done");
    expect((await later.execution.done).output).toBe('"done"');
  });

  it("times out when what was left of its time is over", async () => {
    const { execution, events } = await running({ TimeoutSeconds: 60 });
    execution.suspend();
    const later = await running(
      { TimeoutSeconds: 60 },
      { history: [...events], clock: fakeClock(50_000) },
    );
    await later.clock.advance(10_000);
    expect(await later.execution.done).toMatchObject({ error: "States.Timeout" });
    expect(later.jobs[0]?.signal.aborted).toBe(true);
  });
});
