import type { Pause } from "../watch/pause.ts";
import { type ApprovalQueue, ClaimOver, UnknownToken } from "./approval-queue.ts";

/** Of a lease of ten minutes: nine that fail in a row don't lose it. */
const heartbeatMs = 60_000;

/**
 * Keeps a claim alive until the signal is aborted.
 * @returns whether it is lost: it was answered elsewhere, or has lasted for as long as any claim may
 */
export async function holdClaim(
  taskToken: string,
  { queue, pause }: { queue: Pick<ApprovalQueue, "heartbeat">; pause: Pause },
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    await pause(heartbeatMs, signal);
    if (signal.aborted) return false;
    try {
      await queue.heartbeat(taskToken);
    } catch (error) {
      // After anything else the next one may come through, or the decision will say what is wrong.
      if (error instanceof ClaimOver || error instanceof UnknownToken) return true;
    }
  }
}
