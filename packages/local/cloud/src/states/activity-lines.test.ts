import type { ActivityTask } from "@darkroom/states";
import { describe, expect, test } from "vitest";
import { createFakeClock } from "../testing/fake-clock.ts";
import { createActivityLines } from "./activity-lines.ts";

const arn = "arn:aws:states:us-east-1:000000000000:activity:approve";
const never = new AbortController().signal;

/** A task that can be claimed once, and remembers by whom. */
function taskOf(name: string, claim: () => boolean = () => true) {
  const gone = new AbortController();
  const workers: (string | undefined)[] = [];
  const task: ActivityTask = {
    activityArn: arn,
    taskToken: name,
    input: "{}",
    signal: gone.signal,
    claim(workerName) {
      workers.push(workerName);
      gone.abort();
      return Promise.resolve(claim());
    },
  };
  return { task, gone, workers };
}

function setting() {
  const clock = createFakeClock();
  return { clock, lines: createActivityLines(clock) };
}

describe("a worker", () => {
  test("gets the tasks in the order in which they were offered", async () => {
    const { lines } = setting();
    for (const name of ["a", "b", "c"]) lines.offer(taskOf(name).task);

    const taken = [];
    for (let index = 0; index < 3; index += 1) {
      taken.push((await lines.take(arn, "w", never))?.taskToken);
    }
    expect(taken).toEqual(["a", "b", "c"]);
  });

  test("who waits gets the next task at once, the first who came the first", async () => {
    const { lines } = setting();
    const waiting = ["x", "y"].map((worker) => lines.take(arn, worker, never));
    const first = taskOf("a");
    const second = taskOf("b");
    lines.offer(first.task);
    lines.offer(second.task);

    expect((await Promise.all(waiting)).map((task) => task?.taskToken)).toEqual(["a", "b"]);
    expect([first.workers, second.workers]).toEqual([["x"], ["y"]]);
  });

  test("goes with nothing after 60 seconds", async () => {
    const { lines, clock } = setting();
    const taken = lines.take(arn, "w", never);
    await clock.advance(59_999);
    const late = lines.take(arn, "w", never);
    await clock.advance(1);
    expect(await taken).toBeUndefined();
    lines.offer(taskOf("a").task);
    expect((await late)?.taskToken).toBe("a");
  });

  test("who has gone takes no task", async () => {
    const { lines } = setting();
    const gone = new AbortController();
    const lost = lines.take(arn, "gone", gone.signal);
    gone.abort();
    const { task, workers } = taskOf("a");
    lines.offer(task);

    expect(await lost).toBeUndefined();
    expect(await lines.take(arn, "gone too", AbortSignal.abort())).toBeUndefined();
    expect((await lines.take(arn, "there", never))?.taskToken).toBe("a");
    expect(workers).toEqual(["there"]);
  });

  test("waits on when the task that came was claimed too late", async () => {
    const { lines } = setting();
    const taken = lines.take(arn, "w", never);
    lines.offer(taskOf("late", () => false).task);
    await Promise.resolve();
    lines.offer(taskOf("next").task);
    expect((await taken)?.taskToken).toBe("next");
  });

  test("hears of a journal that has failed, and the task is nobody's", async () => {
    const { lines } = setting();
    lines.offer(
      taskOf("a", () => {
        throw new Error("disk full");
      }).task,
    );
    await expect(lines.take(arn, "w", never)).rejects.toThrow("disk full");
  });

  test("goes with nothing when the task's execution is let go of at the close", async () => {
    const { lines } = setting();
    lines.offer(
      taskOf("a", () => {
        lines.close();
        throw new Error("let go");
      }).task,
    );
    expect(await lines.take(arn, "w", never)).toBeUndefined();
  });

  test("goes with nothing at the close", async () => {
    const { lines } = setting();
    const taken = lines.take(arn, "w", never);
    lines.close();
    expect(await taken).toBeUndefined();
  });
});

test("no more than a thousand workers wait for one activity", async () => {
  const { lines } = setting();
  const waiting = Array.from({ length: 1000 }, () => lines.take(arn, "w", never));
  await expect(lines.take(arn, "w", never)).rejects.toMatchObject({
    code: "ActivityWorkerLimitExceeded",
  });
  lines.close();
  await Promise.all(waiting);
});

test("a task that nobody is to have any more is not handed out", async () => {
  const { lines, clock } = setting();
  const { task, gone } = taskOf("a");
  lines.offer(task);
  gone.abort();

  const taken = lines.take(arn, "w", never);
  await clock.advance(60_000);
  expect(await taken).toBeUndefined();
});

test("with a hundred workers and a hundred tasks, each task is claimed once", async () => {
  const { lines } = setting();
  const tasks = Array.from({ length: 100 }, (_, index) => taskOf(String(index)));
  const taken = Array.from({ length: 50 }, () => lines.take(arn, "early", never));
  for (const { task } of tasks) lines.offer(task);
  taken.push(...Array.from({ length: 50 }, () => lines.take(arn, "late", never)));

  const names = (await Promise.all(taken)).map((task) => task?.taskToken);
  expect(new Set(names).size).toBe(100);
  expect(tasks.every(({ workers }) => workers.length === 1)).toBe(true);
});
