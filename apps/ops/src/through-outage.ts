import { mayPass } from "./service-error.ts";
import type { Pause } from "./watch/pause.ts";

/** A cloud that is started anew is back by then. */
const outageMs = 30_000;
const pauseMs = 2000;

/**
 * Makes a call, again and again while the cloud is away for no longer than a restart takes.
 * @throws what the call throws when it is refused, the outage is longer, or the signal is aborted
 */
export async function throughOutage<T>(
  call: () => Promise<T>,
  { now, pause, signal }: { now(): Date; pause: Pause; signal: AbortSignal },
): Promise<T> {
  const begin = now().getTime();
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (signal.aborted || !mayPass(error) || now().getTime() - begin > outageMs) throw error;
      await pause(pauseMs, signal);
    }
  }
}
