import type { ExecutionSummary } from "../types.ts";
import type { MapRunLimits, MapRunOutcome } from "./host.ts";
import type {
  MapRunChild,
  MapRunCounts,
  MapRunGroup,
  MapRunProgress,
  MapRunResult,
  MapRunStore,
  MapRunTally,
  NewMapRunChild,
} from "./store.ts";

interface Kept extends MapRunChild {
  readonly summary: ExecutionSummary | undefined;
}

/** A map run that is kept as long as the object. */
export class MemoryMapRunStore implements MapRunStore {
  #progress: MapRunProgress = { phase: "reading" };
  #children: Kept[] = [];
  #limits: MapRunLimits;
  #written = false;
  #allRead = false;
  #redriveCount = 0;
  readonly #forget: (child: NewMapRunChild) => void;

  constructor(options: {
    limits: MapRunLimits;
    /** Told of a child whose end is kept: nothing else of it has to be. */
    forget: (child: NewMapRunChild) => void;
  }) {
    this.#limits = options.limits;
    this.#forget = options.forget;
  }

  progress(): MapRunProgress {
    return this.#progress;
  }

  redriveCount(): number {
    return this.#redriveCount;
  }

  redrive(redriveCount: number): void {
    this.#redriveCount = redriveCount;
    this.#progress = { phase: this.#allRead ? "running" : "reading" };
    this.#children = this.#children.map((child) =>
      groupOf(child) === "failed" ? { ...child, begun: false, summary: undefined } : child,
    );
  }

  limits(): MapRunLimits {
    return this.#limits;
  }

  setLimits(limits: Partial<MapRunLimits>): void {
    this.#limits = { ...this.#limits, ...limits };
  }

  clear(): void {
    this.#children = [];
  }

  add(children: readonly NewMapRunChild[]): void {
    for (const child of children) {
      this.#children.push({ ...child, begun: false, summary: undefined });
    }
  }

  allRead(): void {
    this.#allRead = true;
    this.#progress = { phase: "running" };
  }

  open(from: number, limit: number): MapRunChild[] {
    return this.#from(from, limit, ({ summary }) => summary === undefined);
  }

  started(index: number): void {
    this.#change(index, { begun: true });
  }

  ended(index: number, summary: ExecutionSummary): void {
    this.#change(index, { summary });
    const child = this.#children[index];
    if (child !== undefined) this.#forget(child);
  }

  #change(index: number, change: Partial<Kept>): void {
    const child = this.#children[index];
    if (child !== undefined) this.#children[index] = { ...child, ...change };
  }

  results(group: MapRunGroup, from: number, limit: number): MapRunResult[] {
    return this.#from(from, limit, (child) => group === "all" || groupOf(child) === group);
  }

  #from(from: number, limit: number, isWanted: (child: Kept) => boolean): Kept[] {
    const found: Kept[] = [];
    for (let index = from; index < this.#children.length && found.length < limit; index += 1) {
      const child = this.#children[index];
      if (child !== undefined && isWanted(child)) found.push(child);
    }
    return found;
  }

  counts(): MapRunCounts {
    const executions = tally();
    const items = tally();
    for (const child of this.#children) {
      for (const [counts, by] of [
        [executions, 1],
        [items, child.items],
      ] as const) {
        counts[statusOf(child)] += by;
        counts.total += by;
        if (this.#written && child.summary !== undefined) counts.resultsWritten += by;
      }
    }
    return { executions, items };
  }

  resultsWritten(): void {
    this.#written = true;
  }

  finish(outcome: MapRunOutcome | undefined): void {
    this.#progress = { phase: "ended", outcome };
  }
}

const groupOf = ({ summary }: Kept): MapRunGroup =>
  summary === undefined ? "pending" : summary.status === "SUCCEEDED" ? "succeeded" : "failed";

const statuses = {
  RUNNING: "running",
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  TIMED_OUT: "timedOut",
  ABORTED: "aborted",
} as const;

const statusOf = ({ begun, summary }: Kept) =>
  summary === undefined ? (begun ? "running" : "pending") : statuses[summary.status];

const tally = (): { -readonly [K in keyof MapRunTally]: number } => ({
  pending: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  timedOut: 0,
  aborted: 0,
  total: 0,
  resultsWritten: 0,
});
