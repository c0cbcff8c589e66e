import type { ExecutionSummary } from "../types.ts";
import { collectOutputs } from "./collect-outputs.ts";
import { type MapRunCall, MapRunError, type MapRunLimits, type MapRunOutcome } from "./host.ts";
import type { MapRunChild, MapRunChildren, MapRunStore, RunningMapRunChild } from "./store.ts";
import { exceedsTolerance, thresholdExceeded } from "./tolerance.ts";
import { writeResults } from "./write-results.ts";

export interface MapRunOptions {
  readonly call: MapRunCall;
  readonly store: MapRunStore;
  readonly children: MapRunChildren;
  /** So many children run at once at most, whatever MaxConcurrency says. */
  readonly mostConcurrent: number;
  /** A name for the next child's execution: no two are the same. */
  readonly newName: () => string;
}

export interface RunningMapRun {
  /** As that of `MapRunHost.run`. */
  readonly outcome: Promise<MapRunOutcome | undefined>;
  /** To be told when the store gives other limits. */
  limitsChanged(): void;
}

/** Inputs go to the store in batches of so many, or of so many characters if that is less. */
const addedAtOnce = { children: 200, characters: 1_000_000 };

/** So many inputs are held at most that wait for a free slot. */
const largestPage = 64;

/** Runs a map run to its end, or takes up one that an earlier process has left. */
export function startMapRun(options: MapRunOptions): RunningMapRun {
  const run = new MapRun(options);
  return { outcome: run.run(), limitsChanged: () => run.limitsChanged() };
}

/**
 * Invariants: a child is started once and its end is kept once, whatever process does it; no more children run at once
 * than the limits allow; once the run has failed or was aborted no child is started any more; after `suspended` the
 * store is left alone.
 */
class MapRun {
  readonly #options: MapRunOptions;
  readonly #call: MapRunCall;
  readonly #store: MapRunStore;
  readonly #running = new Map<number, RunningMapRunChild>();
  /** Children whose end was not yet looked at. */
  readonly #ended: { child: MapRunChild; summary: ExecutionSummary }[] = [];
  /** Children that are to be started next, from the store. */
  #page: MapRunChild[] = [];
  #nextIndex = 0;
  #limits: MapRunLimits;
  #limitsAreOld = true;
  #failedItems = 0;
  #totalItems = 0;
  #failure: MapRunOutcome | undefined;
  #fault: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(options: MapRunOptions) {
    this.#options = options;
    this.#call = options.call;
    this.#store = options.store;
    this.#limits = options.call;
  }

  limitsChanged(): void {
    this.#limitsAreOld = true;
    this.#wake();
  }

  async run(): Promise<MapRunOutcome | undefined> {
    const { signal, suspended } = this.#call;
    const wake = (): void => this.#wake();
    const stop = (): void => {
      for (const child of this.#running.values()) child.stop();
      this.#wake();
    };
    signal.addEventListener("abort", stop);
    suspended.addEventListener("abort", wake);
    try {
      return await this.#runToEnd();
    } finally {
      signal.removeEventListener("abort", stop);
      suspended.removeEventListener("abort", wake);
      for (const child of this.#running.values()) child.suspend();
    }
  }

  async #runToEnd(): Promise<MapRunOutcome | undefined> {
    const { signal, suspended } = this.#call;
    if (suspended.aborted) return undefined;
    const { redriveCount } = this.#call;
    if (redriveCount > (await this.#store.redriveCount())) await this.#store.redrive(redriveCount);
    const progress = await this.#store.progress();
    if (progress.phase === "ended") return progress.outcome;
    if (progress.phase === "reading" && !signal.aborted) {
      const failure = await this.#readItems();
      if (suspended.aborted) return undefined;
      if (failure !== undefined) return this.#finish(failure);
    }
    await this.#runChildren();
    if (suspended.aborted) return undefined;
    return signal.aborted ? this.#finish(undefined) : this.#conclude();
  }

  async #finish(outcome: MapRunOutcome | undefined): Promise<MapRunOutcome | undefined> {
    await this.#store.finish(outcome);
    return outcome;
  }

  /** Takes the children's inputs to the store; none of them is started before all are there. */
  async #readItems(): Promise<MapRunOutcome | undefined> {
    const { signal, suspended } = this.#call;
    await this.#store.clear();
    try {
      let batch = [];
      let characters = 0;
      let index = 0;
      for await (const input of this.#call.readItems()) {
        if (suspended.aborted || signal.aborted) return undefined;
        batch.push({ ...input, index, name: this.#options.newName() });
        index += 1;
        characters += input.input.length;
        if (batch.length >= addedAtOnce.children || characters >= addedAtOnce.characters) {
          await this.#store.add(batch);
          batch = [];
          characters = 0;
        }
      }
      if (suspended.aborted || signal.aborted) return undefined;
      if (batch.length > 0) await this.#store.add(batch);
      await this.#store.allRead();
      return undefined;
    } catch (error) {
      if (suspended.aborted || signal.aborted) return undefined;
      if (!(error instanceof MapRunError)) throw error;
      await this.#store.clear();
      return { error: error.error, cause: error.cause };
    }
  }

  async #runChildren(): Promise<void> {
    const { suspended } = this.#call;
    const { items } = await this.#store.counts();
    this.#failedItems = items.failed + items.timedOut;
    this.#totalItems = items.total;
    for (;;) {
      await this.#refreshLimits();
      this.#checkTolerance();
      while (!suspended.aborted && (await this.#startNext()));
      if (suspended.aborted) return;
      const ended = this.#ended.shift();
      if (ended !== undefined) await this.#keepEnd(ended.child, ended.summary);
      else if (this.#fault !== undefined) throw this.#fault.error;
      else if (this.#running.size === 0) return;
      else if (!this.#limitsAreOld) await this.#somethingHappens();
    }
  }

  /** Nothing can be missed: what happens while the loop is at work is seen before it waits. */
  #somethingHappens(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #refreshLimits(): Promise<void> {
    if (!this.#limitsAreOld) return;
    this.#limitsAreOld = false;
    this.#limits = await this.#store.limits();
  }

  #checkTolerance(): void {
    if (this.#failure !== undefined || this.#call.signal.aborted) return;
    const counts = { failed: this.#failedItems, total: this.#totalItems };
    if (!exceedsTolerance(this.#limits, counts)) return;
    this.#failure = thresholdExceeded;
    this.#stopAll();
  }

  #stopAll(): void {
    for (const child of this.#running.values()) child.stop();
  }

  /** @returns whether a child was started */
  async #startNext(): Promise<boolean> {
    const { mostConcurrent } = this.#options;
    const { maxConcurrency } = this.#limits;
    const most = maxConcurrency === 0 ? mostConcurrent : Math.min(maxConcurrency, mostConcurrent);
    if (this.#running.size >= most) return false;
    const child = await this.#takeNext();
    const { signal, suspended } = this.#call;
    if (child === undefined || suspended.aborted) return false;
    const isOver = (): boolean => signal.aborted || this.#failure !== undefined;
    // Those that an earlier process had running come first, and have to be stopped as well.
    if (isOver() && !child.begun) return false;
    if (!child.begun) await this.#store.started(child.index);
    if (suspended.aborted) return false;
    const running = this.#options.children.start(child);
    this.#running.set(child.index, running);
    if (isOver()) running.stop();
    running.done.then(
      (summary) => {
        this.#ended.push({ child, summary });
        this.#wake();
      },
      (error: unknown) => {
        this.#fault ??= { error };
        this.#wake();
      },
    );
    return true;
  }

  async #takeNext(): Promise<MapRunChild | undefined> {
    if (this.#page.length === 0) {
      this.#page = [...(await this.#store.open(this.#nextIndex, largestPage))];
      this.#nextIndex = (this.#page.at(-1)?.index ?? this.#nextIndex - 1) + 1;
    }
    return this.#page.shift();
  }

  async #keepEnd(child: MapRunChild, summary: ExecutionSummary): Promise<void> {
    await this.#store.ended(child.index, summary);
    this.#running.delete(child.index);
    if (summary.status === "FAILED" || summary.status === "TIMED_OUT") {
      this.#failedItems += child.items;
    }
  }

  async #conclude(): Promise<MapRunOutcome | undefined> {
    const { resultWriter, suspended, signal } = this.#call;
    let outcome = this.#failure;
    try {
      if (resultWriter !== undefined) {
        const written = await writeResults(this.#call, resultWriter, this.#store);
        if (suspended.aborted) return undefined;
        await this.#store.resultsWritten();
        outcome ??= written;
      } else {
        outcome ??= await collectOutputs(this.#call, this.#store);
      }
    } catch (error) {
      if (suspended.aborted) return undefined;
      if (!(error instanceof MapRunError)) throw error;
      outcome ??= { error: error.error, cause: error.cause };
    }
    if (suspended.aborted) return undefined;
    return this.#finish(signal.aborted ? undefined : outcome);
  }
}
