import { describe, expect, it } from "vitest";
import { parseStateMachine } from "../definition/parse-state-machine.ts";
import type { ExecutionStatus, ExecutionSummary } from "../types.ts";
import { type MapRunCall, MapRunError, type MapRunInput } from "./host.ts";
import { MemoryMapRunStore } from "./memory-map-run-store.ts";
import { childExecutionArn } from "./result-text.ts";
import { startMapRun } from "./start-map-run.ts";
import type { MapRunChild, MapRunChildren, MapRunStore } from "./store.ts";

const machine = "arn:aws:states:us-east-1:111111111111:stateMachine:sheets";
const never = new AbortController().signal;

function callOf(items: readonly number[], options: Partial<MapRunCall> = {}): MapRunCall {
  return {
    mapRunArn: "arn:aws:states:us-east-1:111111111111:mapRun:sheets/All:1",
    executionArn: "arn:aws:states:us-east-1:111111111111:execution:sheets:run",
    stateMachineArn: machine,
    childStateMachineArn: `${machine}/All`,
    roleArn: "arn:aws:iam::111111111111:role/sheets",
    stateName: "All",
    label: "All",
    processor: parseStateMachine('{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'),
    executionType: "STANDARD",
    redriveCount: 0,
    maxConcurrency: 0,
    toleratedFailureCount: undefined,
    toleratedFailurePercentage: undefined,
    resultFormat: { transformation: "COMPACT", outputType: "JSON" },
    async *readItems(): AsyncGenerator<MapRunInput> {
      for (const item of items) yield { input: String(item), items: 1 };
    },
    signal: never,
    suspended: never,
    ...options,
  };
}

const storeOf = (call: MapRunCall) => new MemoryMapRunStore({ limits: call, forget: () => {} });

interface Ending {
  readonly child: MapRunChild;
  end(status?: ExecutionStatus): void;
}

/** Children that end when the test says so, and what became of them. */
function children() {
  const running = new Map<number, Ending>();
  const stopped: number[] = [];
  const suspended: number[] = [];
  let most = 0;
  const start: MapRunChildren["start"] = (child) => {
    const { promise, resolve } = Promise.withResolvers<ExecutionSummary>();
    const end = (status: ExecutionStatus = "SUCCEEDED"): void => {
      running.delete(child.index);
      resolve(summaryOf(child, status));
    };
    running.set(child.index, { child, end });
    most = Math.max(most, running.size);
    return {
      done: promise,
      stop: () => {
        stopped.push(child.index);
        end("ABORTED");
      },
      suspend: () => void suspended.push(child.index),
    };
  };
  return { start, running, stopped, suspended, most: () => most };
}

/** Gives back its input times ten. */
function summaryOf(child: MapRunChild, status: ExecutionStatus): ExecutionSummary {
  return {
    executionArn: childExecutionArn({ childStateMachineArn: `${machine}/All` }, child.name),
    stateMachineArn: `${machine}/All`,
    name: child.name,
    status,
    startDate: 0,
    stopDate: 1,
    input: child.input,
    ...(status === "SUCCEEDED" ? { output: String(Number(child.input) * 10) } : { error: "Bad" }),
  };
}

/** Children that end at once; those with an input that `fails` finds fail. */
const atOnce = (fails: (input: string) => boolean = () => false): MapRunChildren => ({
  start: (child) => ({
    done: Promise.resolve(summaryOf(child, fails(child.input) ? "FAILED" : "SUCCEEDED")),
    stop() {},
    suspend() {},
  }),
});

const names = () => {
  let count = 0;
  return () => `child-${count++}`;
};

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function start(
  call: MapRunCall,
  options: { store?: MapRunStore; children: MapRunChildren; mostConcurrent?: number },
) {
  const { store = storeOf(call), mostConcurrent = 100 } = options;
  const run = startMapRun({
    call,
    store,
    children: options.children,
    mostConcurrent,
    newName: names(),
  });
  return { ...run, store };
}

describe("a map run", () => {
  it("gives the outputs in the items' order, whatever order the children end in", async () => {
    const world = children();
    const { outcome } = start(callOf([1, 2, 3]), { children: world });
    await settled();
    for (const index of [2, 0, 1]) world.running.get(index)?.end();
    expect(await outcome).toEqual({ output: "[10,20,30]" });
  });

  it.each([
    [0, 3, 3],
    [2, 3, 2],
    [5, 3, 3],
    [1, 100, 1],
  ])(
    "with MaxConcurrency %i on a host that runs %i children runs %i",
    async (maxConcurrency, mostConcurrent, most) => {
      const world = children();
      const call = callOf(numbers(10), { maxConcurrency });
      const { outcome } = start(call, { children: world, mostConcurrent });
      await settled();
      for (let ended = 0; ended < 10; ended += 1) {
        [...world.running.values()].at(-1)?.end();
        await settled();
      }
      expect(JSON.parse(((await outcome) as { output: string }).output)).toHaveLength(10);
      expect(world.most()).toBe(most);
    },
  );

  it("follows limits that are changed while it runs", async () => {
    const world = children();
    const call = callOf(numbers(9), { maxConcurrency: 1 });
    const store = storeOf(call);
    const run = start(call, { children: world, store });
    await settled();
    expect(world.running.size).toBe(1);
    store.setLimits({ maxConcurrency: 4, toleratedFailureCount: 1 });
    run.limitsChanged();
    await settled();
    expect(world.running.size).toBe(4);
    world.running.get(0)?.end("FAILED");
    await settled();
    expect(world.stopped).toEqual([]);
    store.setLimits({ toleratedFailureCount: 0 });
    run.limitsChanged();
    expect(await run.outcome).toMatchObject({ error: "States.ExceedToleratedFailureThreshold" });
    expect(world.stopped).toEqual([1, 2, 3, 4]);
  });

  it("stops what runs and starts no more once it has failed, and counts both", async () => {
    const world = children();
    const call = callOf(numbers(6), { maxConcurrency: 3, toleratedFailureCount: 1 });
    const { outcome, store } = start(call, { children: world });
    await settled();
    world.running.get(0)?.end("FAILED");
    await settled();
    world.running.get(2)?.end("TIMED_OUT");
    expect(await outcome).toEqual({
      error: "States.ExceedToleratedFailureThreshold",
      cause: "The specified tolerated failure threshold was exceeded",
    });
    expect(world.stopped).toEqual([1, 3]);
    const counts = { succeeded: 0, failed: 1, timedOut: 1, aborted: 2, pending: 2, running: 0 };
    expect((await store.counts()).executions).toMatchObject({ ...counts, total: 6 });
  });

  it("doesn't count children that were stopped by hand as failed", async () => {
    const world = children();
    const { outcome } = start(callOf([1]), { children: world });
    await settled();
    world.running.get(0)?.end("ABORTED");
    expect(await outcome).toMatchObject({ output: expect.stringContaining('"Status":"ABORTED"') });
  });

  it("fails without children when the items can't be read", async () => {
    const call = callOf([], {
      async *readItems() {
        yield { input: "1", items: 1 };
        throw new MapRunError("States.ItemReaderFailed", "torn");
      },
    });
    const { outcome, store } = start(call, { children: { start: () => expect.unreachable() } });
    expect(await outcome).toEqual({ error: "States.ItemReaderFailed", cause: "torn" });
    expect((await store.counts()).executions.total).toBe(0);
  });

  it("stops its children when it is aborted, and has no outcome", async () => {
    const world = children();
    const abort = new AbortController();
    const call = callOf(numbers(5), { maxConcurrency: 2, signal: abort.signal });
    const { outcome, store } = start(call, { children: world });
    await settled();
    abort.abort();
    expect(await outcome).toBeUndefined();
    expect(world.stopped).toEqual([0, 1]);
    expect(await store.progress()).toEqual({ phase: "ended", outcome: undefined });
    expect((await store.counts()).executions).toMatchObject({ aborted: 2, pending: 3 });
  });

  it("lets go of its children when it is suspended, and of the store", async () => {
    const world = children();
    const suspend = new AbortController();
    const call = callOf(numbers(5), { maxConcurrency: 2, suspended: suspend.signal });
    const store = storeOf(call);
    const { outcome } = start(call, { children: world, store });
    await settled();
    suspend.abort();
    world.running.get(0)?.end();
    expect(await outcome).toBeUndefined();
    expect(world.suspended).toEqual([0, 1]);
    expect(store.progress()).toEqual({ phase: "running" });
    expect(store.counts().executions).toMatchObject({ running: 2, succeeded: 0 });
  });

  it("rejects when an end can't be kept, and lets go of the other children", async () => {
    const world = children();
    const call = callOf([1, 2]);
    const store = storeOf(call);
    store.ended = () => {
      throw new Error("the disk is full");
    };
    const { outcome } = start(call, { children: world, store });
    await settled();
    world.running.get(0)?.end();
    await expect(outcome).rejects.toThrow("the disk is full");
    expect(world.suspended).toContain(1);
  });

  it("rejects when a child's history can't be kept", async () => {
    const done = Promise.reject<ExecutionSummary>(new Error("the disk is full"));
    const broken: MapRunChildren = { start: () => ({ done, stop() {}, suspend() {} }) };
    const { outcome } = start(callOf([1]), { children: broken });
    await expect(outcome).rejects.toThrow("the disk is full");
  });

  it("holds few of 10,000 inputs at a time", async () => {
    let read = 0;
    let added = 0;
    let mostUnadded = 0;
    const call = callOf([], {
      resultFormat: { transformation: "COMPACT", outputType: "JSON" },
      async *readItems() {
        for (; read < 10_000; read += 1) {
          mostUnadded = Math.max(mostUnadded, read - added);
          yield { input: "0", items: 1 };
        }
      },
    });
    const store = storeOf(call);
    const { add, open } = store;
    store.add = (batch) => {
      added += batch.length;
      add.call(store, batch);
    };
    let largestPage = 0;
    store.open = (from, limit) => {
      const page = open.call(store, from, limit);
      largestPage = Math.max(largestPage, page.length);
      return page;
    };
    const { outcome } = start(call, { children: atOnce(), store, mostConcurrent: 10 });
    expect(JSON.parse(((await outcome) as { output: string }).output)).toHaveLength(10_000);
    expect(mostUnadded).toBeLessThanOrEqual(200);
    expect(largestPage).toBeLessThanOrEqual(64);
  });

  it("holds few large inputs at a time", async () => {
    let unadded = 0;
    let most = 0;
    const call = callOf([], {
      async *readItems() {
        for (let item = 0; item < 100; item += 1) {
          unadded += 1;
          most = Math.max(most, unadded);
          yield { input: `"${"x".repeat(200_000)}"`, items: 1 };
        }
      },
    });
    const store = storeOf(call);
    store.add = () => {
      unadded = 0;
    };
    const { outcome } = start(call, { children: atOnce(), store });
    expect(await outcome).toEqual({ output: "[]" });
    expect(most).toBeLessThanOrEqual(6);
  });
});

describe("a map run that an earlier process has left", () => {
  /** A store whose process is killed at the n-th call: before it has an effect, or after. */
  function killed(store: MemoryMapRunStore, at: number, when: "before" | "after") {
    let calls = 0;
    const dead = new Promise<never>(() => {});
    const proxy = new Proxy(store, {
      get(target, name) {
        const method = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return (...values: unknown[]) => {
          calls += 1;
          if (calls > at || (calls === at && when === "before")) return dead;
          const result = method.apply(target, values);
          return calls === at ? dead : result;
        };
      },
    }) as MapRunStore;
    return { proxy, wasKilled: () => calls >= at };
  }

  /** Children whose ends outlast a process, as their histories do. */
  function world() {
    const ends = new Map<string, ExecutionSummary>();
    const completions = new Map<string, number>();
    const process = (): MapRunChildren => ({
      start(child) {
        const known = ends.get(child.name);
        const summary = known ?? summaryOf(child, child.input === "3" ? "FAILED" : "SUCCEEDED");
        if (known === undefined) {
          completions.set(child.name, (completions.get(child.name) ?? 0) + 1);
          ends.set(child.name, summary);
        }
        return { done: Promise.resolve(summary), stop() {}, suspend() {} };
      },
    });
    return { process, completions };
  }

  it.each(["before", "after"] as const)(
    "goes on from each point that it was killed at, %s the call to the store",
    async (when) => {
      const call = (read: () => void) =>
        callOf([], {
          maxConcurrency: 2,
          toleratedFailureCount: 1,
          async *readItems() {
            read();
            for (const item of numbers(6)) yield { input: String(item), items: 1 };
          },
        });
      const whole = await start(
        call(() => {}),
        { children: world().process() },
      ).outcome;
      let last = false;
      for (let at = 1; !last; at += 1) {
        const store = storeOf(call(() => {}));
        const { process, completions } = world();
        const { proxy, wasKilled } = killed(store, at, when);
        void start(
          call(() => {}),
          { children: process(), store: proxy },
        ).outcome;
        await settled();
        last = !wasKilled();
        const { phase } = store.progress();
        const again = start(
          call(() => expect(phase).toBe("reading")),
          { children: process(), store },
        );
        const outcome = await again.outcome;
        expect(mapped(outcome)).toEqual(mapped(whole));
        expect([...completions.values()].every((count) => count === 1)).toBe(true);
        expect(completions.size).toBe(6);
      }
    },
  );

  /** Without what a new name changes. */
  const mapped = (outcome: unknown): string =>
    JSON.stringify(outcome).replaceAll(/child-\d+/g, "c");

  it("gives its outcome again when it had ended", async () => {
    const call = callOf([1]);
    const store = storeOf(call);
    await start(call, { children: atOnce(), store }).outcome;
    const again = start(call, { children: { start: () => expect.unreachable() }, store });
    expect(await again.outcome).toEqual({ output: "[10]" });
  });

  it("stops what had been running when it had failed, and starts nothing", async () => {
    const call = callOf([1, 2, 3, 4], { maxConcurrency: 3 });
    const store = storeOf(call);
    store.add(numbers(4).map((index) => ({ index, name: `c${index}`, input: "1", items: 1 })));
    store.allRead();
    for (const index of [0, 1, 2]) store.started(index);
    const failed = store.open(0, 1)[0];
    if (failed !== undefined) store.ended(0, summaryOf(failed, "FAILED"));
    const taken = children();
    const { outcome } = start(call, { children: taken, store });
    expect(await outcome).toMatchObject({ error: "States.ExceedToleratedFailureThreshold" });
    expect(taken.stopped).toEqual([1, 2]);
    expect(store.counts().executions).toMatchObject({ failed: 1, aborted: 2, pending: 1 });
  });
});
