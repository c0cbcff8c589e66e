import type { Clock } from "@darkroom/states";
import { AwsError } from "../aws-error.ts";

/** What an invocation needs a process of. */
export interface Demand<Process> {
  /** Processes of one key may stand in for each other: same function, same configuration. */
  readonly key: string;
  readonly functionName: string;
  readonly memoryMb: number;
  start(): Process;
}

export interface Lease<Process> {
  readonly process: Process;
  /** Gives the place back; `reusable` keeps the process warm. */
  release(reusable: boolean): void;
}

export interface Scheduler<Process> {
  /**
   * Waits for a place among those that run. First come, first served, but for those that may not wait long.
   * @param options.nested the caller is itself a running function, which waits for this one: it can't wait for a place
   *   that its caller holds, so it gets one beyond.
   * @param options.urgent it goes before all that wait: for messages, whose visibility timeout runs already
   * @param options.bytes what the waiting invocation holds in memory
   * @throws AwsError TooManyRequestsException when too much waits already; ServiceException when `signal` is aborted or
   *   the scheduler is being closed
   */
  acquire(
    demand: Demand<Process>,
    options: {
      signal?: AbortSignal | undefined;
      nested: boolean;
      urgent: boolean;
      bytes: number;
    },
  ): Promise<Lease<Process>>;
  /** A warm process has ended by itself. */
  lost(process: Process): void;
  /** Stops the warm processes of a function; those that run are not kept after. */
  retire(functionName: string): void;
  /** Resolves when so little waits that more work would start soon. */
  whenCalm(signal: AbortSignal): Promise<void>;
  /** Refuses what waits and what still comes; resolves when nothing runs any more. */
  drain(): Promise<void>;
  /** Stops every process. */
  close(): void;
}

/** Memory for payloads that wait; beyond it callers are told to slow down. */
const maximumWaitingBytes = 256 * 1024 * 1024;

/** What an entry of the queue costs beside its payload. */
const entryBytes = 1024;

/** How many functions, for each place, may run for functions that wait for them. */
const nestedPerPlace = 4;

interface Held<Process> {
  readonly process: Process;
  readonly demand: Demand<Process>;
  readonly nested: boolean;
  retired: boolean;
}

interface Warm<Process> {
  readonly process: Process;
  readonly demand: Demand<Process>;
  readonly sinceMs: number;
  /** What it holds while it does nothing. */
  readonly idleMb: number;
}

interface Waiting<Process> {
  readonly demand: Demand<Process>;
  readonly bytes: number;
  grant(lease: Lease<Process>): void;
  refuse(error: unknown): void;
}

/**
 * Shares one machine among all functions.
 * Invariants: at most `places` invocations run (nested ones beside); the memory sizes of the functions that run and what
 * the warm processes really hold stay within `memoryMb` together, but a function that is larger than that runs alone, and
 * nested ones are never refused for memory; nobody overtakes the first that waits, unless it is urgent; a warm process is
 * used most recent first and stopped least recent first.
 */
export function createScheduler<Process>(options: {
  places: number;
  memoryMb: number;
  /** How long a warm process is kept. */
  idleMs: number;
  clock: Clock;
  stop: (process: Process) => void;
  /** What a process that does nothing holds in memory. */
  idleMb: (process: Process) => number;
}): Scheduler<Process> {
  const { places, clock } = options;
  const queue: Waiting<Process>[] = [];
  const held = new Set<Held<Process>>();
  const calm = new Set<() => void>();
  /** The longest idle first. */
  let warm: Warm<Process>[] = [];
  let waitingBytes = 0;
  let usedMb = 0;
  let running = 0;
  let nestedRunning = 0;
  let draining = false;
  let onDrained: (() => void) | undefined;
  let cancelSweep: (() => void) | undefined;

  const isCalm = (): boolean => queue.length < places;

  function leaveWarm(one: Warm<Process>): void {
    warm = warm.filter((other) => other !== one);
    usedMb -= one.idleMb;
  }

  function stopWarm(one: Warm<Process>): void {
    leaveWarm(one);
    options.stop(one.process);
  }

  /** A warm process or a new one; undefined when there is no room until another has ended. */
  function take(demand: Demand<Process>): Process | undefined {
    const warmMb = warm.reduce((sum, one) => sum + one.idleMb, 0);
    const fits = usedMb - warmMb + demand.memoryMb <= options.memoryMb;
    return fits || held.size === 0 ? takeAnyway(demand) : undefined;
  }

  function takeAnyway(demand: Demand<Process>): Process {
    const known = warm.findLast((one) => one.demand.key === demand.key);
    if (known !== undefined) leaveWarm(known);
    for (const one of [...warm]) {
      if (usedMb + demand.memoryMb <= options.memoryMb) break;
      stopWarm(one);
    }
    const process = known?.process ?? demand.start();
    usedMb += demand.memoryMb;
    return process;
  }

  function lease(demand: Demand<Process>, process: Process, nested: boolean): Lease<Process> {
    const one: Held<Process> = { process, demand, nested, retired: false };
    held.add(one);
    if (nested) nestedRunning += 1;
    else running += 1;
    return {
      process,
      release(reusable) {
        if (!held.delete(one)) return;
        if (nested) nestedRunning -= 1;
        else running -= 1;
        usedMb -= demand.memoryMb;
        if (reusable && !one.retired && !draining) {
          const idleMb = options.idleMb(process);
          warm.push({ process, demand, sinceMs: clock.now(), idleMb });
          usedMb += idleMb;
          sweepLater();
        } else {
          options.stop(process);
        }
        advance();
      },
    };
  }

  function advance(): void {
    for (let first = queue[0]; first !== undefined && running < places; first = queue[0]) {
      try {
        const process = take(first.demand);
        if (process === undefined) break;
        leave(first);
        first.grant(lease(first.demand, process, false));
      } catch (error) {
        leave(first);
        first.refuse(error);
      }
    }
    if (isCalm()) for (const resolve of calm) resolve();
    if (held.size === 0) onDrained?.();
  }

  function leave(one: Waiting<Process>): void {
    const index = queue.indexOf(one);
    if (index < 0) return;
    queue.splice(index, 1);
    waitingBytes -= one.bytes;
  }

  function sweepLater(): void {
    const [oldest] = warm;
    if (cancelSweep !== undefined || oldest === undefined) return;
    cancelSweep = clock.setTimer(oldest.sinceMs + options.idleMs, () => {
      cancelSweep = undefined;
      const limit = clock.now() - options.idleMs;
      for (const one of warm.filter(({ sinceMs }) => sinceMs <= limit)) stopWarm(one);
      sweepLater();
    });
  }

  return {
    async acquire(demand, { signal, nested, urgent, bytes }) {
      if (draining) throw beingStopped();
      if (signal?.aborted) throw notWanted();
      if (nested) {
        if (nestedRunning >= places * nestedPerPlace) throw tooMany();
        return lease(demand, takeAnyway(demand), true);
      }
      if (waitingBytes > maximumWaitingBytes) throw tooMany();
      return new Promise<Lease<Process>>((resolve, reject) => {
        const abort = (): void => {
          leave(one);
          reject(notWanted());
          advance();
        };
        const one: Waiting<Process> = {
          demand,
          bytes: bytes + entryBytes,
          grant(granted) {
            signal?.removeEventListener("abort", abort);
            resolve(granted);
          },
          refuse(error) {
            signal?.removeEventListener("abort", abort);
            reject(error);
          },
        };
        signal?.addEventListener("abort", abort, { once: true });
        if (urgent) queue.unshift(one);
        else queue.push(one);
        waitingBytes += one.bytes;
        advance();
      });
    },

    lost(process) {
      const one = warm.find((other) => other.process === process);
      if (one === undefined) return;
      stopWarm(one);
      advance();
    },

    retire(functionName) {
      for (const one of warm.filter(({ demand }) => demand.functionName === functionName)) {
        stopWarm(one);
      }
      for (const one of held) one.retired ||= one.demand.functionName === functionName;
      advance();
    },

    whenCalm(signal) {
      if (isCalm() || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = (): void => {
          calm.delete(done);
          signal.removeEventListener("abort", done);
          resolve();
        };
        calm.add(done);
        signal.addEventListener("abort", done, { once: true });
      });
    },

    async drain() {
      draining = true;
      waitingBytes = 0;
      for (const one of queue.splice(0)) one.refuse(beingStopped());
      for (const resolve of calm) resolve();
      if (held.size === 0) return;
      await new Promise<void>((resolve) => {
        onDrained = resolve;
      });
    },

    close() {
      draining = true;
      cancelSweep?.();
      for (const one of [...warm]) stopWarm(one);
      for (const one of held) options.stop(one.process);
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
const tooMany = (): AwsError =>
  new AwsError("TooManyRequestsException", "Rate Exceeded.", {
    status: 429,
    fields: { Reason: "ConcurrentInvocationLimitExceeded" },
  });

const notWanted = (): AwsError =>
  new AwsError("ServiceException", "The caller has gone before the invocation began.", {
    status: 500,
  });

const beingStopped = (): AwsError =>
  new AwsError("ServiceException", "The local cloud is being stopped.", { status: 500 });
