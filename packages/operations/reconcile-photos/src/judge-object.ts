import { type ImageItem, imageIdOf, noExecution } from "@darkroom/workflow";
import type { ExecutionEnd } from "./execution-end.ts";
import type { Finding, MissingFinding } from "./findings.ts";
import type { LandingObject, LandingObjects } from "./landing-objects.ts";

export interface JudgePorts {
  readonly bucket: string;
  readonly objects: Pick<LandingObjects, "versionsOf">;
  /** Consistent reads. */
  readonly rows: { read(imageID: string): Promise<ImageItem | undefined> };
  execution(arn: string): Promise<ExecutionEnd | undefined>;
  now(): Date;
  /** Events come at their own pace: what is younger isn't judged. */
  readonly graceMs: number;
}

/** What is known of the queue before the first object is judged. */
export interface Waiting {
  /** Since when events may wait for their start; undefined when none does. */
  readonly oldestEvent: Date | undefined;
}

export type Verdict =
  | { readonly is: "fine" | "too young" | "waiting" | "gone" }
  | { readonly is: "failed" | "startErrors" | "stuck" | "orphanedRows"; readonly finding: Finding }
  | { readonly is: "missing"; readonly finding: MissingFinding };

/**
 * Says how an object that was listed stands.
 * @param polled its row as it was a moment ago, undefined where none was seen; looked at again before
 *   anything is said against the photo that an older copy of the row could explain
 */
export async function judgeObject(
  object: LandingObject,
  polled: ImageItem | undefined,
  ports: JudgePorts & Waiting,
): Promise<Verdict> {
  if (polled?.versionId === object.versionId) return judgeRow(object, polled, ports);
  if (mayWait(object, ports)) return { is: "waiting" };
  if (!isOld(object.lastModified, ports)) return { is: "too young" };

  const imageID = imageIdOf(ports.bucket, object.key);
  const row = await ports.rows.read(imageID);
  if (row?.versionId === object.versionId) return judgeRow(object, row, ports);
  const { current, olderIds, deleted } = await ports.objects.versionsOf(object.key);
  if (current === undefined) return { is: "gone" };
  if (row === undefined) {
    return isOld(current.lastModified, ports)
      ? missing(current, undefined, imageID, "no row is there for it")
      : { is: "too young" };
  }
  if (row.versionId === current.versionId) return judgeRow(current, row, ports);
  if (!isOld(current.lastModified, ports)) return { is: "too young" };

  // Where the row's version is gone, time has to tell which of the two is newer.
  const older =
    row.versionId === undefined ||
    olderIds.includes(row.versionId) ||
    current.lastModified.getTime() > Date.parse(row.uploadTime);
  if (older) {
    const reason = `its row is of ${row.versionId === undefined ? "no known" : "an older"} version`;
    return missing(current, row, imageID, reason);
  }
  // Rejected, it is in quarantine, and what was there before is the current object again.
  if (row.status === "REJECTED") return { is: "fine" };
  return { is: "orphanedRows", finding: orphan(row, deleted) };
}

async function judgeRow(
  { key }: LandingObject,
  row: ImageItem,
  ports: JudgePorts,
): Promise<Verdict> {
  const { imageID, status, executionArn } = row;
  const finding = (reason: string): Finding => ({ key, imageID, reason, status, executionArn });
  switch (status) {
    case "FAILED":
      return {
        is: executionArn === noExecution ? "startErrors" : "failed",
        finding: finding(row.errReason ?? "no reason is known"),
      };
    case "PROCESSING":
    case "PENDING_REVIEW": {
      // What was changed just now has an execution that was started just now, or is about to be.
      if (!isOld(timeOf(row), ports)) return { is: "fine" };
      const end = await ports.execution(executionArn);
      if (end !== undefined && runs(end)) return { is: "fine" };
      // Its end is told by an event, which may be on its way.
      if (end?.stopDate !== undefined && !isOld(end.stopDate, ports)) return { is: "fine" };
      const now = await ports.rows.read(imageID);
      if (now === undefined || !sameState(now, row)) return { is: "fine" };
      return {
        is: "stuck",
        finding: finding(
          end === undefined
            ? "its execution isn't there"
            : `its execution is ${end.status} and nothing told the row`,
        ),
      };
    }
    default:
      return { is: "fine" };
  }
}

/** A redrive by its Map Run is about to run as well. */
const runs = ({ status }: ExecutionEnd) => status === "RUNNING" || status === "PENDING_REDRIVE";

const isOld = (time: Date, { now, graceMs }: JudgePorts): boolean =>
  now().getTime() - time.getTime() > graceMs;

/** Whether the object's event may be among those in the queue: it was sent when the object came, or soon after. */
const mayWait = ({ lastModified }: LandingObject, { oldestEvent, graceMs }: JudgePorts & Waiting) =>
  oldestEvent !== undefined && lastModified.getTime() + graceMs >= oldestEvent.getTime();

const timeOf = ({ updatedTime, uploadTime }: ImageItem): Date =>
  new Date(updatedTime ?? uploadTime);

const sameState = (a: ImageItem, b: ImageItem): boolean =>
  a.status === b.status && a.executionArn === b.executionArn && a.updatedTime === b.updatedTime;

function missing(
  object: LandingObject,
  row: ImageItem | undefined,
  imageID: string,
  reason: string,
): Verdict {
  const { status = null, executionArn = null } = row ?? {};
  return {
    is: "missing",
    finding: { key: object.key, imageID, reason, status, executionArn, object },
  };
}

/** A row whose object, or the version that it is of, isn't in the landing bucket. */
export function orphan(
  row: Pick<ImageItem, "s3key" | "imageID" | "status" | "executionArn" | "errReason">,
  deleted: boolean,
): Finding {
  const { s3key: key, imageID, status, executionArn, errReason } = row;
  const reason = deleted
    ? "its object was deleted"
    : "its object, or the version that it is of, is not in the landing bucket";
  return {
    key,
    imageID,
    reason: errReason === undefined ? reason : `${reason}; it failed with: ${errReason}`,
    status,
    executionArn,
  };
}
