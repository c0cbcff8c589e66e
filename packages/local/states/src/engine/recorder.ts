import type { Clock, Draw, HistoryEvent, Journal, Random } from "../types.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const maximumEvents = 25_000;

/** So many events are kept back at most before they go to the journal. */
const largestBatch = 1000;

export type EventDetails = Omit<
  HistoryEvent,
  "id" | "previousEventId" | "timestamp" | "type" | "replay"
>;

/** Whoever waits to hear that something was recorded. */
export interface Receipt {
  /** @param inTime false if it came too late to be recorded */
  readonly resolve: (inTime: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** The next event would be the last that an execution may have, and it doesn't end the execution. */
export class HistoryLimitError extends Error {
  override readonly name = "HistoryLimitError";
}

/** The definition leads to another event than the one that was recorded. */
export class HistoryMismatchError extends Error {
  override readonly name = "HistoryMismatchError";
}

/**
 * The history of one execution.
 * Invariants: while recorded events are left, what is emitted must be the next of them, and nothing is written;
 * after that, what is emitted goes to the journal in order, each event once. Timestamps never go back.
 */
export class Recorder {
  /** When the execution started, in epoch milliseconds. */
  startedAt: number;
  /** How often it was redriven, and when for the last time. */
  redriveCount = 0;
  redrivenAt: number | undefined;
  lastEventId = 0;
  readonly #executionArn: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #journal: Journal;
  /** The recorded events that are not replayed yet start at `#position`. */
  #recorded: readonly HistoryEvent[];
  #position = 0;
  /** The numbers drawn in the recorded events by the event that their thread stood at, in order. */
  readonly #recordedDraws: Map<number, number[]>;
  #lastTimestamp = 0;
  #batch: HistoryEvent[] = [];
  /** Draws before the first event of a batch go with that event, later ones with the last event before them. */
  #draws: Draw[] = [];
  /** Who waits for the events that are not written yet. */
  #receipts: Receipt[] = [];

  constructor(options: {
    executionArn: string;
    clock: Clock;
    random: Random;
    journal: Journal;
    history: readonly HistoryEvent[];
  }) {
    this.#executionArn = options.executionArn;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#journal = options.journal;
    this.startedAt = options.history[0]?.timestamp ?? 0;
    this.#recorded = options.history;
    this.#recordedDraws = drawsOf(options.history);
  }

  /** The recorded event that must come next; undefined when all of them have. */
  get next(): HistoryEvent | undefined {
    return this.#recorded[this.#position];
  }

  get hasUnwritten(): boolean {
    return this.#batch.length > 0;
  }

  get batchIsFull(): boolean {
    return this.#batch.length >= largestBatch;
  }

  /**
   * @throws HistoryLimitError
   * @throws HistoryMismatchError
   */
  emit(
    previousEventId: number,
    type: string,
    details?: EventDetails,
    replay?: HistoryEvent["replay"],
  ): HistoryEvent {
    const recorded = this.next;
    const event =
      recorded === undefined
        ? this.#record(previousEventId, type, details, replay)
        : this.#match(recorded, previousEventId, type);
    this.lastEventId = event.id;
    this.#lastTimestamp = event.timestamp;
    if (event.id === 1) this.startedAt = event.timestamp;
    if (type === "ExecutionRedriven") {
      this.redriveCount += 1;
      this.redrivenAt = event.timestamp;
    }
    return event;
  }

  #match(recorded: HistoryEvent, previousEventId: number, type: string): HistoryEvent {
    if (recorded.type !== type || recorded.previousEventId !== previousEventId) {
      throw new HistoryMismatchError(
        `event ${recorded.id} is ${recorded.type} after event ${recorded.previousEventId}, ` +
          `but the definition leads to ${type} after event ${previousEventId}`,
      );
    }
    this.#position += 1;
    if (this.next === undefined) this.#forgetRecorded();
    return recorded;
  }

  #record(
    previousEventId: number,
    type: string,
    details: EventDetails | undefined,
    replay: HistoryEvent["replay"],
  ): HistoryEvent {
    if (this.lastEventId === maximumEvents - 1 && !endsExecution.test(type)) {
      throw new HistoryLimitError(
        `The execution reached the maximum number of history events (${maximumEvents}).`,
      );
    }
    const draws = this.#draws;
    const drawn = draws.length === 0 ? replay : { ...replay, draws };
    if (draws.length > 0) this.#draws = [];
    const event = newEvent(
      this.lastEventId + 1,
      previousEventId,
      Math.max(this.#lastTimestamp, this.#clock.now()),
      type,
      details,
      drawn,
    );
    this.#batch.push(event);
    return event;
  }

  /** Gives up the replay: what is emitted now comes after the last recorded event. */
  abandonReplay(): void {
    const last = this.#recorded.at(-1);
    if (last === undefined) return;
    this.lastEventId = last.id;
    this.#lastTimestamp = last.timestamp;
    this.#forgetRecorded();
  }

  #forgetRecorded(): void {
    this.#recorded = [];
    this.#position = 0;
  }

  /** A random number for what is kept elsewhere, and so is not drawn again when the execution is resumed. */
  drawUnrecorded(): number {
    return this.#random();
  }

  /** A random number for the thread that stands at the event `after`: the recorded one, or a new one to record. */
  draw(after: number): number {
    const recorded = this.#recordedDraws.get(after)?.shift();
    if (recorded !== undefined) return recorded;
    const draw = { after, value: this.#random() };
    const last = this.#batch.at(-1);
    if (last === undefined) {
      this.#draws.push(draw);
    } else {
      const draws = [...(last.replay?.draws ?? []), draw];
      this.#batch[this.#batch.length - 1] = { ...last, replay: { ...last.replay, draws } };
    }
    return draw.value;
  }

  /** Tells it once what was emitted so far is written. */
  whenWritten(receipt: Receipt): void {
    this.#receipts.push(receipt);
  }

  /** Writes what was emitted since the last time; a promise only if the journal gives one. */
  write(): void | Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    if (this.#receipts.length === 0) return this.#journal.append(this.#executionArn, batch);
    const receipts = this.#receipts;
    this.#receipts = [];
    return this.#writeFor(receipts, batch);
  }

  async #writeFor(receipts: readonly Receipt[], batch: readonly HistoryEvent[]): Promise<void> {
    try {
      await this.#journal.append(this.#executionArn, batch);
    } catch (error) {
      for (const { reject } of receipts) reject(error);
      throw error;
    }
    for (const { resolve } of receipts) resolve(true);
  }

  /** Nothing more is written. */
  close(error: unknown): void {
    for (const { reject } of this.#receipts) reject(error);
    this.#receipts = [];
  }
}

/** One literal for each shape: spreading an empty object in costs as much as all the rest. */
function newEvent(
  id: number,
  previousEventId: number,
  timestamp: number,
  type: string,
  details: EventDetails | undefined,
  replay: HistoryEvent["replay"],
): HistoryEvent {
  if (replay === undefined) return { id, previousEventId, timestamp, type, ...details };
  return { id, previousEventId, timestamp, type, replay, ...details };
}

const endsExecution = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/;

function drawsOf(history: readonly HistoryEvent[]): Map<number, number[]> {
  const byEvent = new Map<number, number[]>();
  for (const event of history) {
    for (const { after, value } of event.replay?.draws ?? []) {
      const draws = byEvent.get(after);
      if (draws === undefined) byEvent.set(after, [value]);
      else draws.push(value);
    }
  }
  return byEvent;
}
