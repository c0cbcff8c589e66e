/** Results in the order in which they were added, though some take their time. */
export interface OrderedResults<Result> {
  /** @returns a promise only where there is something to wait for */
  add(result: Result): Promise<void> | undefined;
  /**
   * Starts work whose result, if it has one, takes this place. Waits while too much is under way.
   * @throws what an earlier one failed with; after a failure none is started
   */
  addLater(work: () => Promise<Result | undefined>): Promise<void>;
  /**
   * Waits for all.
   * @throws what the first that failed did
   */
  end(): Promise<void>;
}

interface Place<Result> {
  /** undefined when it has ended. */
  running: Promise<void> | undefined;
  result: Result | undefined;
}

/**
 * @param write gets each result in turn; what it returns is waited for before more is added
 * @param most how much runs at once, and how many places are held in memory behind what runs
 */
export function orderedResults<Result>(
  write: (result: Result) => Promise<void> | undefined,
  most: { running: number; held: number },
): OrderedResults<Result> {
  const places: Place<Result>[] = [];
  const running = new Set<Promise<void>>();
  let writing: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  function throwFailure(): void {
    if (failure !== undefined) throw failure.error;
  }

  function writeEnded(): void {
    while (places[0] !== undefined && places[0].running === undefined) {
      const { result } = places[0];
      places.shift();
      if (result !== undefined) writing = write(result) ?? writing;
    }
  }

  async function room(): Promise<void> {
    while (failure === undefined && places.length >= most.held) await places[0]?.running;
    await writing;
    writing = undefined;
    throwFailure();
  }

  return {
    add(result) {
      if (places.length === 0) return write(result);
      places.push({ running: undefined, result });
      return places.length < most.held ? undefined : room();
    },

    async addLater(work) {
      while (running.size >= most.running) await Promise.race(running);
      await room();
      const place: Place<Result> = { running: undefined, result: undefined };
      const one: Promise<void> = work()
        .then((result) => {
          place.result = result;
          place.running = undefined;
        })
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .then(() => {
          running.delete(one);
          writeEnded();
        });
      place.running = one;
      places.push(place);
      running.add(one);
    },

    async end() {
      await Promise.all(running);
      throwFailure();
      await writing;
    },
  };
}
