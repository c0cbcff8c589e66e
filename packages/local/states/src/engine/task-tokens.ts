import type { Clock } from "../types.ts";
import type { Receipt } from "./recorder.ts";
import type { Request, TaskEnd } from "./steps.ts";
import type { Thread } from "./thread.ts";

type TaskRequest = Extract<Request, { kind: "task" }>;

/** The end of a task from whoever has its token. */
export interface Settlement {
  readonly token: string;
  readonly end: TaskEnd;
  readonly receipt: Receipt;
  /** The answer of the call that gave the token away has not come for long enough. */
  readonly hasWaited?: true;
}

/**
 * So long an end waits for the answer of the call that gave its token away, in milliseconds. A queue's worker may be
 * faster than the queue's answer; but a function that ends its own task answers only after that is acknowledged.
 */
const longestEarlyMs = 100;

/**
 * The tokens of an execution by which tasks can be ended.
 * Invariant: a settlement that is kept is delivered again, or told that it was too late.
 */
export class TaskTokens {
  readonly #clock: Clock;
  readonly #deliver: (settlement: Settlement) => void;
  readonly #threads = new Map<string, Thread>();
  readonly #early = new Map<string, Settlement & { readonly cancel: () => void }>();

  /** @param deliver is given what was kept, once it counts */
  constructor(clock: Clock, deliver: (settlement: Settlement) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** The thread waits for what the request says. */
  open(thread: Thread, request: TaskRequest): void {
    const { token, pattern } = request.call;
    // Nobody has an activity's token before a worker comes for it.
    if (token === undefined || (pattern === "activity" && request.startedAt === undefined)) return;
    this.#threads.set(token, thread);
    if (request.submitted === undefined) return;
    const early = this.#take(token);
    if (early !== undefined) this.#deliver(early);
  }

  /** The thread whose task has the token. */
  find(token: string): Thread | undefined {
    return this.#threads.get(token);
  }

  /** Keeps an end that has come before the answer of the token's call. */
  keep(settlement: Settlement): void {
    const { token } = settlement;
    const cancel = this.#clock.setTimer(this.#clock.now() + longestEarlyMs, () => {
      this.#early.delete(token);
      this.#deliver({ ...settlement, hasWaited: true });
    });
    this.#early.set(token, { ...settlement, cancel });
  }

  isKept(token: string): boolean {
    return this.#early.has(token);
  }

  /** The task that a thread waited for has ended. */
  forget(request: Request | undefined): void {
    if (request?.kind !== "task" || request.call.token === undefined) return;
    this.#threads.delete(request.call.token);
    this.#take(request.call.token)?.receipt.resolve(false);
  }

  /** @returns what was kept */
  clear(): Settlement[] {
    const kept = [...this.#early.values()];
    for (const { cancel } of kept) cancel();
    this.#threads.clear();
    this.#early.clear();
    return kept;
  }

  #take(token: string): Settlement | undefined {
    const early = this.#early.get(token);
    early?.cancel();
    this.#early.delete(token);
    return early;
  }
}

/** Whether the call that gives the token away has no recorded answer yet. */
export const isSubmitting = (request: Request | undefined): boolean =>
  request?.kind === "task" &&
  request.call.pattern !== "activity" &&
  request.submitted === undefined;

/** When the time of a task that was begun by an earlier process is over; a call that is made again has it anew. */
export function deadlineInRecord(request: TaskRequest): number | undefined {
  const { call, startedAt } = request;
  if (call.timeoutSeconds === undefined || startedAt === undefined) return undefined;
  return isSubmitting(request) ? undefined : startedAt + call.timeoutSeconds * 1000;
}
