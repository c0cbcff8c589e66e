import type { ReconcilePorts } from "@darkroom/reconcile-photos";
import { FakePlace, stateMachineArn } from "@darkroom/reconcile-photos/testing";
import { executionArn, type ImageProcessingInput } from "@darkroom/workflow";
import { withState } from "../../failures/photo-rows.ts";
import type { RepairPorts } from "../repair.ts";

/** The fake place of a reconciliation, behind the conditions that the services keep when it is repaired. */
export class RepairPlace extends FakePlace {
  readonly starts: { name: string; input: ImageProcessingInput }[] = [];
  override readonly ports: ReconcilePorts & RepairPorts = this.#repairingPorts();

  #repairingPorts(): ReconcilePorts & RepairPorts {
    const { versions, rows, executions } = this;
    return {
      ...this.readingPorts(),
      pause: async () => {},
      showProgress: () => {},
      rows: {
        read: async (id) => rows.get(id),
        async replace(seen, state, time) {
          if (rows.get(seen.imageID) !== seen) return undefined;
          const row = withState(seen, state, time.toISOString());
          rows.set(row.imageID, row);
          return row;
        },
      },
      firstRows: {
        async put(row, seen) {
          if (rows.get(row.imageID) !== seen) return false;
          rows.set(row.imageID, row);
          return true;
        },
      },
      cloud: {
        stateMachineArn,
        facts: async (arn) => {
          const found = executions.get(arn);
          if (found === undefined) return undefined;
          const { status, caught = false } = found;
          const redrivable = ["FAILED", "ABORTED", "TIMED_OUT"].includes(status);
          return { status, redrivable, redriveCount: 0, caught };
        },
        start: async (name, input) => {
          this.starts.push({ name, input });
          executions.set(executionArn(stateMachineArn, name), { status: "RUNNING" });
        },
        async redrive(arn) {
          executions.set(arn, { status: "RUNNING" });
          return {};
        },
        hasObject: async ({ s3key, versionId }) =>
          versions
            .get(s3key)
            ?.some((version) => version !== "deleted" && version.versionId === versionId) === true,
      },
    };
  }
}
