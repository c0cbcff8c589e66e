/**
 * A terminal sends Ctrl-C to every process of the command, and package managers pass it on once more:
 * what comes so soon after the first is the same one.
 */
const sameCtrlCMs = 700;

/** See Context. */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (first === undefined) {
        first = performance.now();
        controller.abort();
      } else if (performance.now() - first > sameCtrlCMs) {
        process.exit(130);
      }
    });
  }
  return controller.signal;
}
