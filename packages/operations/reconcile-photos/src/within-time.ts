/**
 * Does something that may take no longer than this.
 * @param work told by the signal that its time is up; what becomes of it then is nobody's matter
 * @throws what `timeUp` makes, once the time is up
 */
export async function withinTime<T>(
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
  timeUp: () => Error,
): Promise<T> {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = timeUp();
    // First: what the work throws because of the signal must not be the answer.
    reject(error);
    controller.abort(error);
  }, milliseconds);
  try {
    return await Promise.race([promise, work(controller.signal)]);
  } finally {
    clearTimeout(timer);
  }
}
