import { seededRandom } from "../../intrinsics/seeded-random.ts";
import type { HistoryEvent, TaskOutcome } from "../../types.ts";

/** What a task does at each of its tries; the last entry holds for all after it. */
export type Plan = readonly { readonly ms: number; readonly fails?: string }[];

export interface PlannedMachine {
  readonly definition: object;
  /** By the name of the state. */
  readonly plans: Readonly<Record<string, Plan>>;
}

/** Who has a task token, and what becomes of it. */
export interface Held {
  readonly at: number;
  readonly outcome: TaskOutcome;
}

/**
 * What a killed process leaves as it was: the same work ends at the same moment, however often it is begun.
 * No two pieces of work end at the same moment, so that their order is the same in each run.
 */
export class World {
  /** Nothing fails any more. */
  healed = false;
  /** Task tokens that somebody has. */
  readonly held = new Map<string, Held>();
  readonly #plans: PlannedMachine["plans"];
  readonly #ends = new Map<string, number>();
  readonly #drawn: number[] = [];
  readonly #random = seededRandom(1);

  constructor(plans: PlannedMachine["plans"]) {
    this.#plans = plans;
  }

  planOf(stateName: string, retryCount: number): Plan[number] {
    const plan = this.#plans[stateName] ?? [{ ms: 1 }];
    const { ms, fails } = plan[Math.min(retryCount, plan.length - 1)] ?? { ms: 1 };
    return fails === undefined || this.healed ? { ms } : { ms, fails };
  }

  /** When the work ends that was begun now, or was before, in epoch milliseconds. */
  endOf(work: string, now: number, ms: number): number {
    const key = this.healed ? `healed ${work}` : work;
    const known = this.#ends.get(key);
    if (known !== undefined) return known;
    const end = now + ms * 1009 + this.#ends.size;
    this.#ends.set(key, end);
    return end;
  }

  /** Random numbers that go on after those that are in the history. */
  random(history: readonly HistoryEvent[]): () => number {
    let position = history.flatMap(({ replay }) => replay?.draws ?? []).length;
    return () => {
      while (this.#drawn.length <= position) this.#drawn.push(this.#random());
      position += 1;
      return this.#drawn[position - 1] ?? 0;
    };
  }
}
