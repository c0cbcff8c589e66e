import { OutOfTimeError } from "./errors.ts";
import type { Report } from "./findings.ts";
import type { Patient } from "./patient.ts";
import { type ReconcilePorts, reconcile } from "./reconcile.ts";
import { withinTime } from "./within-time.ts";

/** The services, with every request made by `patient` and given up by the signal. */
export type PortsFor = (
  patient: Patient,
  signal: AbortSignal,
) => Omit<ReconcilePorts, "showProgress" | "signal">;

/**
 * Reconciles in one go.
 * @throws OutOfTimeError that says how far it came, where that takes longer: half a comparison tells
 *   nothing, and must not look like a good report
 */
export async function reconcileInTime(milliseconds: number, portsFor: PortsFor): Promise<Report> {
  let done = { objects: 0, rows: 0 };
  return withinTime(
    milliseconds,
    (signal) => {
      // Also in the midst of a page: nothing is asked any more of services that nobody waits for.
      const patient: Patient = async (call) => {
        signal.throwIfAborted();
        return call();
      };
      const showProgress = (objects: number, rows: number) => {
        done = { objects, rows };
      };
      return reconcile({ ...portsFor(patient, signal), showProgress, signal });
    },
    () =>
      new OutOfTimeError(
        `the time was up after ${done.objects} objects and ${done.rows} rows: nothing is known of the rest`,
      ),
  );
}
