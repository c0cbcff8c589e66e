export interface BoundedTasks {
  /**
   * Starts a task, once fewer than the most are running.
   * @throws what an earlier one failed with
   */
  add(task: () => Promise<void>): Promise<void>;
  /**
   * Waits for all.
   * @throws what the first that failed did
   */
  end(): Promise<void>;
}

/** Runs tasks side by side, `most` at once. After a failure none is started. */
export function boundedTasks(most: number): BoundedTasks {
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  function throwFailure(): void {
    if (failure !== undefined) throw failure.error;
  }

  return {
    async add(task) {
      while (running.size >= most) await Promise.race(running);
      throwFailure();
      const one: Promise<void> = task()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .then(() => {
          running.delete(one);
        });
      running.add(one);
    },
    async end() {
      await Promise.all(running);
      throwFailure();
    },
  };
}
