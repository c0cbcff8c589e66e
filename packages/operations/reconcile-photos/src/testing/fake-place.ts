import { executionArn, executionName, type ImageItem, imageIdOf } from "@darkroom/workflow";
import type { LandingObject } from "../landing-objects.ts";
import type { ReconcilePorts } from "../reconcile.ts";

/** The machine whose executions {@link arnOf} names. */
export const stateMachineArn = "arn:aws:states:eu-west-1:123456789012:stateMachine:images";
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
  status: "RUNNING" | "PENDING_REDRIVE" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  stopDate?: Date;
  /** Whether its failure came to a Catch: what a repair asks. */
  caught?: boolean;
}

/** A bucket, a table and executions, as a reconciliation reads them. */
export class FakePlace {
  /** All versions of each key, the oldest first; "deleted" is a delete marker. */
  readonly versions = new Map<string, (LandingObject | "deleted")[]>();
  readonly rows = new Map<string, ImageItem>();
  readonly executions = new Map<string, FakeExecution>();
  readonly ports: ReconcilePorts = this.readingPorts();
  pageSize = 1000;
  oldestEvent: Date | undefined;

  protected readingPorts(): ReconcilePorts {
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
    return {
      bucket,
      graceMs: 60_000,
      now: () => now,
      signal: new AbortController().signal,
      showProgress: () => {},
      objects: { versionsOf, pages: () => this.#pages() },
      polledRows: {
        read: async (ids) => new Map(ids.flatMap((id) => pairOf(id, rows.get(id)))),
      },
      mostKept: 1000,
      oldestEvent: async () => this.oldestEvent,
      tableParts: () => {
        const all = [...rows.values()];
        const half = Math.ceil(all.length / 2);
        return [all.slice(0, half), all.slice(half)].map(async function* (part) {
          yield part;
        });
      },
      execution: async (arn) => {
        const found = executions.get(arn);
        return found && { status: found.status, stopDate: found.stopDate };
      },
      rows: { read: async (id) => rows.get(id) },
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
