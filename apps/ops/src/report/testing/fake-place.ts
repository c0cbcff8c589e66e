import {
  executionArn,
  executionName,
  type ImageItem,
  type ImageProcessingInput,
  imageIdOf,
} from "@darkroom/workflow";
import type { ExecutionFacts } from "../../failures/decide-retry.ts";
import { withState } from "../../failures/photo-rows.ts";
import type { LandingObject } from "../landing-objects.ts";
import type { ReconcilePorts } from "../reconcile.ts";
import type { RepairPorts } from "../repair.ts";

const stateMachineArn = "arn:aws:states:eu-west-1:123456789012:stateMachine:images";
const bucket = "landing";
/** Long before `now`. */
export const longAgo = "2026-05-01T10:00:00.000Z";
const now = new Date("2026-05-01T12:00:00.000Z");
export const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1000);

export const idOf = (key: string) => imageIdOf(bucket, key);
/** The execution that the event of a version starts, or a later attempt. */
export const arnOf = (key: string, versionId = "v1", attempt = 1) =>
  executionArn(
    stateMachineArn,
    executionName({ s3bucket: bucket, s3key: key, versionId, sequencer: "" }, attempt),
  );
export const sequencerOf = (number: number) => `${number}`.padStart(18, "0").padEnd(32, "0");

export interface FakeExecution {
  status: ExecutionFacts["status"];
  stopDate?: Date;
  caught?: boolean;
}

/** A bucket, a table and executions behind the conditions that the services keep. */
export class FakePlace {
  /** All versions of each key, the oldest first; "deleted" is a delete marker. */
  readonly versions = new Map<string, (LandingObject | "deleted")[]>();
  readonly rows = new Map<string, ImageItem>();
  readonly executions = new Map<string, FakeExecution>();
  readonly starts: { name: string; input: ImageProcessingInput }[] = [];
  readonly ports: ReconcilePorts & RepairPorts;
  pageSize = 1000;

  constructor() {
    const { versions, rows, executions } = this;
    const versionsOf = async (key: string) => {
      const all = versions.get(key)?.toReversed() ?? [];
      const [latest] = all;
      return {
        current: latest === "deleted" ? undefined : latest,
        olderIds: all
          .slice(1)
          .flatMap((version) => (version === "deleted" ? [] : version.versionId)),
        deleted: latest === "deleted",
      };
    };
    this.ports = {
      bucket,
      graceMs: 60_000,
      now: () => now,
      signal: new AbortController().signal,
      pause: async () => {},
      showProgress: () => {},
      objects: { versionsOf, pages: () => this.#pages() },
      polledRows: {
        read: async (ids) => new Map(ids.flatMap((id) => pairOf(id, rows.get(id)))),
      },
      tablePages: async function* () {
        yield [...rows.values()];
      },
      execution: async (arn) => {
        const found = executions.get(arn);
        return found && { status: found.status, stopDate: found.stopDate };
      },
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

  /** A version comes in; its event doesn't. */
  put(key: string, versionId = "v1", lastModified = new Date(longAgo)): void {
    const before = this.versions.get(key) ?? [];
    this.versions.set(key, [...before, { key, versionId, lastModified }]);
  }

  delete(key: string): void {
    this.versions.set(key, [...(this.versions.get(key) ?? []), "deleted"]);
  }

  row(key: string, state: Partial<ImageItem>): ImageItem {
    const row: ImageItem = {
      imageID: idOf(key),
      albumID: "ann/summer",
      userID: "ann",
      uploadTime: longAgo,
      updatedTime: longAgo,
      s3bucket: bucket,
      s3key: key,
      versionId: "v1",
      sequencer: sequencerOf(1),
      executionArn: arnOf(key),
      status: "READY",
      ...state,
    };
    this.rows.set(row.imageID, row);
    return row;
  }

  async *#pages(): AsyncGenerator<LandingObject[]> {
    const current = [...this.versions.values()]
      .map((all) => all.at(-1))
      .filter((version) => version !== undefined && version !== "deleted");
    for (let from = 0; from < current.length; from += this.pageSize) {
      yield current.slice(from, from + this.pageSize);
    }
  }
}

const pairOf = (id: string, row: ImageItem | undefined): [string, ImageItem][] =>
  row === undefined ? [] : [[id, row]];
