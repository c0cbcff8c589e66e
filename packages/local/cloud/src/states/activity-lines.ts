import type { ActivityTask, Clock } from "@darkroom/states";
import { AwsError } from "../aws-error.ts";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html */
const longestWaitMs = 60_000;

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: pollers of one activity. */
const mostWorkers = 1000;

type Worker = (task: ActivityTask) => void;

/** Of one activity: tasks in the order of their scheduling, or workers in the order of their calls; never both. */
interface Line {
  readonly tasks: Set<ActivityTask>;
  readonly workers: Set<Worker>;
}

/**
 * Brings tasks and workers together.
 * Invariants: a task is tried by one worker at a time, and by no other once it is claimed; a worker that has gone claims
 * nothing; nothing is kept of a task once its signal is aborted, nor of an activity for which nobody waits.
 */
export function createActivityLines(clock: Clock) {
  const lines = new Map<string, Line>();
  const waits = new Set<() => void>();
  let closed = false;

  function lineOf(arn: string): Line {
    let line = lines.get(arn);
    if (line === undefined) {
      line = { tasks: new Set(), workers: new Set() };
      lines.set(arn, line);
    }
    return line;
  }

  function tidy(arn: string, line: Line): void {
    if (line.tasks.size + line.workers.size === 0) lines.delete(arn);
  }

  function offer(task: ActivityTask): void {
    if (task.signal.aborted || closed) return;
    const { activityArn: arn } = task;
    const line = lineOf(arn);
    const [worker] = line.workers;
    if (worker !== undefined) {
      worker(task);
      return;
    }
    line.tasks.add(task);
    task.signal.addEventListener(
      "abort",
      () => {
        if (line.tasks.delete(task)) tidy(arn, line);
      },
      { once: true },
    );
  }

  function nextInLine(arn: string): ActivityTask | undefined {
    const line = lines.get(arn);
    if (line === undefined) return undefined;
    const [task] = line.tasks;
    if (task !== undefined) line.tasks.delete(task);
    tidy(arn, line);
    return task;
  }

  /** @returns undefined when the wait is over: by its deadline, its signal or the close */
  function nextOffered(
    arn: string,
    deadline: number,
    signal: AbortSignal,
  ): Promise<ActivityTask | undefined> {
    return new Promise((resolve) => {
      const line = lineOf(arn);
      const end = (task?: ActivityTask): void => {
        line.workers.delete(end);
        waits.delete(giveUp);
        cancel();
        signal.removeEventListener("abort", giveUp);
        tidy(arn, line);
        resolve(task);
      };
      const giveUp = (): void => end();
      const cancel = clock.setTimer(deadline, giveUp);
      line.workers.add(end);
      waits.add(giveUp);
      signal.addEventListener("abort", giveUp);
    });
  }

  async function claim(task: ActivityTask, workerName: string | undefined): Promise<boolean> {
    try {
      return await task.claim(workerName);
    } catch (error) {
      // At the close the executions are let go of: the task is offered again by the next start.
      if (closed) return false;
      throw error;
    }
  }

  return {
    /** A task that a worker waits for is his at once; else it stands in line until its signal is aborted. */
    offer,

    /** @returns a task that was claimed for this worker; undefined when there was none in time, or the worker has gone */
    async take(
      arn: string,
      workerName: string | undefined,
      signal: AbortSignal,
    ): Promise<ActivityTask | undefined> {
      if ((lines.get(arn)?.workers.size ?? 0) >= mostWorkers) {
        throw new AwsError(
          "ActivityWorkerLimitExceeded",
          `More than ${mostWorkers} workers poll the activity: '${arn}'`,
        );
      }
      const deadline = clock.now() + longestWaitMs;
      while (!signal.aborted && !closed && clock.now() < deadline) {
        const task = nextInLine(arn) ?? (await nextOffered(arn, deadline, signal));
        if (task === undefined) break;
        if (signal.aborted) offer(task);
        else if (await claim(task, workerName)) return task;
      }
      return undefined;
    },

    /** Ends all waiting. */
    close(): void {
      closed = true;
      for (const giveUp of [...waits]) giveUp();
      lines.clear();
    },
  };
}
