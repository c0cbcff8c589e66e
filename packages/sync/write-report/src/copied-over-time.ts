/** How many objects were copied in each span of a run, in bounded memory. */
export interface CopiedOverTime {
  add(atMs: number): void;
  /** Milliseconds of one span. */
  readonly width: number;
  /** From the beginning to the last span in which anything was copied. */
  readonly counts: readonly number[];
}

/** As many bars as a page has room for. */
const mostSpans = 120;

/**
 * Begins with spans of a second and joins two into one whenever there would be too many.
 * @param startMs of the run; what another clock puts before it counts as its beginning
 */
export function copiedOverTime(startMs: number): CopiedOverTime {
  let width = 1000;
  let counts: number[] = [];
  const spanOf = (atMs: number): number => Math.max(0, Math.floor((atMs - startMs) / width));
  return {
    get width() {
      return width;
    },
    get counts() {
      return Array.from(counts, (count) => count ?? 0);
    },
    add(atMs) {
      while (spanOf(atMs) >= mostSpans) {
        width *= 2;
        const joined: number[] = [];
        counts.forEach((count, span) => {
          joined[span >> 1] = (joined[span >> 1] ?? 0) + count;
        });
        counts = joined;
      }
      const span = spanOf(atMs);
      counts[span] = (counts[span] ?? 0) + 1;
    },
  };
}
