import type { Clock } from "@darkroom/states";
import { dimensionsKey, type Series } from "./metric.ts";
import { type MetricStore, minute } from "./store.ts";
import { addSummary, addValue, emptySummary, type Summary } from "./summary.ts";

const flushAfterMs = 1000;
/** What a name that has an id in it would make without end. */
const maximumSeries = 10_000;

export type Recorder = ReturnType<typeof createRecorder>;

interface Buffered {
  readonly series: Series;
  readonly at: number;
  readonly summary: Summary;
}

/**
 * Takes values in memory, where those of a minute become one, and writes them once a second in one transaction.
 * What a `kill -9` may lose is the last second.
 */
export function createRecorder(options: {
  store: MetricStore;
  clock: Clock;
  onFault: (error: unknown, where: string) => void;
}) {
  const { store, clock } = options;
  let buffer = new Map<string, Buffered>();
  let cancelFlush: (() => void) | undefined;
  let isFullTold = false;

  function bufferOf(series: Series, atMs: number): Summary {
    const at = Math.floor(atMs / 1000 / minute) * minute;
    const { namespace, name, dimensions, unit } = series;
    const key = `${at} ${unit} ${namespace}\0${name}\0${dimensionsKey(dimensions)}`;
    let one = buffer.get(key);
    if (one === undefined) {
      // What waits in memory is bounded.
      if (buffer.size >= maximumSeries) flushQuietly();
      one = { series, at, summary: emptySummary() };
      buffer.set(key, one);
    }
    cancelFlush ??= clock.setTimer(clock.now() + flushAfterMs, flushQuietly);
    return one.summary;
  }

  function isRoom(series: Series): boolean {
    if (store.isKnown(series) || store.seriesCount() < maximumSeries) return true;
    if (!isFullTold) {
      const why = `there are ${maximumSeries} metrics; those of new names are dropped`;
      options.onFault(why, `CloudWatch, ${series.namespace} ${series.name}`);
    }
    isFullTold = true;
    return false;
  }

  function write(): void {
    const written = buffer;
    buffer = new Map();
    for (const { series, at, summary } of written.values()) {
      if (isRoom(series)) store.merge(store.idOf(series, at), at, minute, summary);
    }
  }

  /** Metrics must not stop what they tell about: what can't be written is lost, and told. */
  function flushQuietly(): void {
    cancelFlush?.();
    cancelFlush = undefined;
    if (buffer.size === 0) return;
    try {
      store.unsyncedTransaction(write);
    } catch (error) {
      options.onFault(error, "CloudWatch, writing metrics: they are lost");
    }
  }

  return {
    add(series: Series, value: number, atMs: number, times = 1): void {
      addValue(bufferOf(series, atMs), value, times);
    },

    addSummary(series: Series, summary: Summary, atMs: number): void {
      addSummary(bufferOf(series, atMs), summary);
    },

    /** A gauge has one value a minute: the last. */
    set(
      gauges: readonly { readonly series: Series; readonly value: number }[],
      atMs: number,
    ): void {
      const at = Math.floor(atMs / 1000 / minute) * minute;
      store.unsyncedTransaction(() => {
        for (const { series, value } of gauges) {
          if (!isRoom(series)) continue;
          const summary = emptySummary();
          addValue(summary, value);
          store.put(store.idOf(series, at), at, minute, summary);
        }
      });
    },

    /** Writes what waits; who reads does this first, and so finds what was recorded before. */
    flush: flushQuietly,

    /** The same, and it is on disk afterwards. @throws what kept it from there */
    flushSynced(): void {
      cancelFlush?.();
      cancelFlush = undefined;
      store.transaction(write);
    },
  };
}
