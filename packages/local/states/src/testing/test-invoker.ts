import type { Execution } from "../execution.ts";
import {
  type ActivityTask,
  type JobInvocation,
  type Json,
  TaskFailedError,
  type TaskInvocation,
  type TaskInvoker,
  type TaskOutcome,
} from "../types.ts";

/** A call that a test answers; with a task token, it or the test also ends the task. */
export interface TestInvocation extends TaskInvocation {
  /** Ends the task as SendTaskSuccess and SendTaskFailure do; see Execution.settleTask. */
  readonly settle: (outcome: TaskOutcome) => Promise<boolean>;
}

/** What a task does in a test: its result (with `.waitForTaskToken` and `.sync` its answer), or a TaskFailedError that it throws. */
export type TestTask = (parameters: Json, invocation: TestInvocation) => Json | Promise<Json>;

/** What the job of a `.sync` or `.sync:2` does, once the call was answered: its result, or a TaskFailedError that it throws. */
export type TestJob = (submitted: Json, invocation: JobInvocation) => Json | Promise<Json>;

/** A worker of an activity: its result, or a TaskFailedError that it throws. */
export type TestWorker = (
  input: Json,
  task: { readonly taskToken: string; readonly heartbeat: () => boolean },
) => Json | Promise<Json>;

export interface TestInvokerOptions {
  /** The calls by the Resource of their states. */
  tasks?: Readonly<Record<string, TestTask>>;
  /** The jobs by the Resource of their states; a call that begins one need not be in `tasks`, and is answered by null. */
  jobs?: Readonly<Record<string, TestJob>>;
  /** The workers by the ARN of their activity. A task has one at once; one without a worker waits. */
  activities?: Readonly<Record<string, TestWorker>>;
}

/** An invoker that runs functions by the Resource of their state. */
export function testInvoker(
  { tasks = {}, jobs = {}, activities = {} }: TestInvokerOptions,
  execution: () => Pick<Execution, "settleTask" | "heartbeatTask">,
): TaskInvoker {
  return {
    async invoke(invocation) {
      const { resource, taskToken, parameters } = invocation;
      const job = ["sync", "sync:2"].find((pattern) => jobs[`${resource}.${pattern}`]);
      const task =
        (taskToken === undefined ? undefined : tasks[`${resource}.waitForTaskToken`]) ??
        tasks[`${resource}.${job}`] ??
        tasks[resource] ??
        (job === undefined ? undefined : () => null);
      if (task === undefined) throw new Error(`the test has no task for ${resource}`);
      invocation.onStarted();
      const settle = async (outcome: TaskOutcome): Promise<boolean> =>
        taskToken !== undefined && execution().settleTask(taskToken, outcome);
      return task(parameters, { ...invocation, settle });
    },

    async awaitJob(invocation) {
      const resource = `${invocation.resource}.${invocation.pattern}`;
      const job = jobs[resource];
      if (job === undefined) throw new Error(`the test has no job for ${resource}`);
      return job(invocation.submitted, invocation);
    },

    offer(task) {
      const worker = activities[task.activityArn];
      // If the execution was let go meanwhile, its end says so.
      if (worker !== undefined) void work(worker, task, execution()).catch(() => {});
    },
  };
}

async function work(
  worker: TestWorker,
  task: ActivityTask,
  execution: Pick<Execution, "settleTask" | "heartbeatTask">,
): Promise<void> {
  const { taskToken } = task;
  if (!(await task.claim("test"))) return;
  const heartbeat = (): boolean => execution.heartbeatTask(taskToken);
  await execution.settleTask(
    taskToken,
    await outcomeOf(worker, JSON.parse(task.input), { taskToken, heartbeat }),
  );
}

async function outcomeOf(
  worker: TestWorker,
  ...[input, task]: Parameters<TestWorker>
): Promise<TaskOutcome> {
  try {
    return { output: await worker(input, task) };
  } catch (error) {
    if (error instanceof TaskFailedError) return { error: error.error, cause: error.cause };
    return { error: "States.Runtime", cause: String(error) };
  }
}
