import { fakeClock } from "@darkroom/states/testing";
import { expect, test } from "vitest";
import { createScheduler, type Lease } from "./scheduler.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A scheduler of processes that are only names. */
function setUp(options: { places?: number; memoryMb?: number; idleMb?: number } = {}) {
  const clock = fakeClock();
  const stopped: string[] = [];
  let started = 0;
  const scheduler = createScheduler<string>({
    places: options.places ?? 2,
    memoryMb: options.memoryMb ?? 1000,
    idleMs: 60_000,
    clock,
    stop: (process) => stopped.push(process),
    idleMb: () => options.idleMb ?? 100,
  });
  const acquire = (
    functionName: string,
    more: {
      memoryMb?: number;
      signal?: AbortSignal;
      nested?: boolean;
      urgent?: boolean;
      bytes?: number;
      revision?: string;
    } = {},
  ) =>
    scheduler.acquire(
      {
        key: `${functionName} ${more.revision ?? ""}`,
        functionName,
        memoryMb: more.memoryMb ?? 100,
        start: () => {
          started += 1;
          return `${functionName}${started}`;
        },
      },
      {
        nested: more.nested ?? false,
        urgent: more.urgent ?? false,
        bytes: more.bytes ?? 0,
        signal: more.signal,
      },
    );
  return { clock, scheduler, acquire, stopped };
}

/** Notes in which order waiting invocations are granted. */
function watch(name: string, granted: string[], lease: Promise<Lease<string>>) {
  void lease.then(
    () => granted.push(name),
    () => {},
  );
  return lease;
}

test("no more run at once than there are places, and those that wait come first come, first served", async () => {
  const { acquire } = setUp();
  const granted: string[] = [];
  const leases = ["a", "b", "c", "d"].map((name) => watch(name, granted, acquire(name)));
  await settled();
  expect(granted).toEqual(["a", "b"]);

  (await leases[1])?.release(true);
  await settled();
  (await leases[0])?.release(true);
  await settled();

  expect(granted).toEqual(["a", "b", "c", "d"]);
});

test("what can't wait long goes before all that wait", async () => {
  const { acquire } = setUp({ places: 1 });
  const granted: string[] = [];
  const running = await acquire("a");
  watch("b", granted, acquire("b"));
  void watch("messages", granted, acquire("messages", { urgent: true })).then((lease) =>
    lease.release(true),
  );

  running.release(true);
  await settled();

  expect(granted).toEqual(["messages", "b"]);
});

test("a warm process is used again, the one that was used last first", async () => {
  const { acquire } = setUp();
  const [first, second] = [await acquire("a"), await acquire("a")];
  first.release(true);
  second.release(true);

  const again = await acquire("a");

  expect(again.process).toBe(second.process);
});

test("a process that is not reusable is stopped and not used again", async () => {
  const { acquire, stopped } = setUp();
  (await acquire("a")).release(false);

  expect((await acquire("a")).process).toBe("a2");
  expect(stopped).toEqual(["a1"]);
});

test("warm processes make room for another function, the longest idle first", async () => {
  const { acquire, stopped } = setUp({ memoryMb: 300 });
  const leases = [await acquire("a"), await acquire("b")];
  for (const lease of leases) lease.release(true);
  (await acquire("c")).release(true);

  await acquire("d", { memoryMb: 200 });

  expect(stopped).toEqual(["a1", "b2"]);
});

test("a warm process counts with what it holds, and with its memory size again while it runs", async () => {
  const { acquire, stopped } = setUp({ memoryMb: 1000, idleMb: 50 });
  const first = await acquire("a", { memoryMb: 900 });
  first.release(true);
  const second = await acquire("b", { memoryMb: 900 });
  expect(stopped).toEqual([]);
  second.release(true);

  const again = await acquire("a", { memoryMb: 900 });

  expect(again.process).toBe(first.process);
  expect(stopped).toEqual([]);
});

test("what does not fit into the memory waits, and nobody overtakes it", async () => {
  const { acquire } = setUp({ places: 3, memoryMb: 300 });
  const granted: string[] = [];
  const running = await acquire("a", { memoryMb: 200 });
  watch("large", granted, acquire("large", { memoryMb: 200 }));
  watch("small", granted, acquire("small", { memoryMb: 100 }));
  await settled();
  expect(granted).toEqual([]);

  running.release(true);
  await settled();

  expect(granted).toEqual(["large", "small"]);
});

test("a function that is larger than the machine runs alone", async () => {
  const { acquire } = setUp({ memoryMb: 300 });
  const granted: string[] = [];
  const other = await acquire("a");
  watch("huge", granted, acquire("huge", { memoryMb: 5000 }));
  await settled();
  expect(granted).toEqual([]);

  other.release(true);
  await settled();

  expect(granted).toEqual(["huge"]);
});

test("an idle process is stopped after its time, and no timer is left", async () => {
  const { acquire, stopped, clock } = setUp();
  (await acquire("a")).release(true);

  await clock.advance(59_000);
  expect(stopped).toEqual([]);
  await clock.advance(1000);

  expect(stopped).toEqual(["a1"]);
  expect(await clock.advanceToNext()).toBe(false);
});

test("a changed function loses its warm processes at once and its running ones after their invocation", async () => {
  const { acquire, scheduler, stopped } = setUp();
  const running = await acquire("a");
  (await acquire("a")).release(true);

  scheduler.retire("a");
  expect(stopped).toEqual(["a2"]);
  running.release(true);

  expect(stopped).toEqual(["a2", "a1"]);
});

test("an invocation whose caller has gone leaves the queue", async () => {
  const { acquire } = setUp({ places: 1 });
  const granted: string[] = [];
  const running = await acquire("a");
  const gone = new AbortController();
  const unwanted = acquire("b", { signal: gone.signal });
  watch("c", granted, acquire("c"));

  gone.abort();

  await expect(unwanted).rejects.toMatchObject({ code: "ServiceException" });
  running.release(true);
  await settled();
  expect(granted).toEqual(["c"]);
});

test("a function that calls another does not wait for the place that it holds itself", async () => {
  const { acquire } = setUp({ places: 1 });
  await acquire("outer");

  const inner = await acquire("inner", { nested: true });

  expect(inner.process).toBe("inner2");
});

test("functions that call each other without end are told to stop", async () => {
  const { acquire } = setUp({ places: 1 });
  for (let depth = 0; depth < 4; depth++) await acquire("a", { nested: true });

  await expect(acquire("a", { nested: true })).rejects.toMatchObject({
    code: "TooManyRequestsException",
    status: 429,
  });
});

test("payloads that wait are bounded: beyond, callers are told to slow down", async () => {
  const { acquire } = setUp({ places: 1 });
  await acquire("a");
  void acquire("a", { bytes: 300 * 1024 * 1024 }).catch(() => {});

  await expect(acquire("a")).rejects.toMatchObject({ code: "TooManyRequestsException" });
});

test("a process that can't be started fails its own invocation only", async () => {
  const { acquire, scheduler } = setUp();
  const failing = scheduler.acquire(
    {
      key: "x",
      functionName: "x",
      memoryMb: 1,
      start: () => {
        throw new Error("no more processes");
      },
    },
    { nested: false, urgent: false, bytes: 0 },
  );

  await expect(failing).rejects.toThrow("no more processes");
  expect((await acquire("a")).process).toBe("a1");
});

test("it is calm as long as less waits than would start in one go", async () => {
  const { acquire, scheduler } = setUp({ places: 1 });
  const never = new AbortController().signal;
  const running = await acquire("a");
  await scheduler.whenCalm(never);
  const waiting = acquire("b");
  let calm = false;
  void scheduler.whenCalm(never).then(() => {
    calm = true;
  });
  await settled();
  expect(calm).toBe(false);

  running.release(true);
  await waiting;
  await settled();

  expect(calm).toBe(true);
});

test("draining refuses what waits, and ends when nothing runs", async () => {
  const { acquire, scheduler } = setUp({ places: 1 });
  const running = await acquire("a");
  const waiting = acquire("b");
  let drained = false;

  void scheduler.drain().then(() => {
    drained = true;
  });

  await expect(waiting).rejects.toMatchObject({ code: "ServiceException" });
  await expect(acquire("c")).rejects.toMatchObject({ code: "ServiceException" });
  expect(drained).toBe(false);
  running.release(true);
  await settled();
  expect(drained).toBe(true);
});
