import { concurrently } from "@darkroom/lambda/concurrently";
import { type ImageItem, imageIdOf, type PhotoStatus } from "@darkroom/workflow";
import { type Finding, KeptList, type MissingFinding, type Report } from "./findings.ts";
import type { ImageRows } from "./image-rows.ts";
import { type JudgePorts, judgeObject, orphan } from "./judge-object.ts";
import { KeySet } from "./key-set.ts";
import type { LandingObject, LandingObjects } from "./landing-objects.ts";
import type { RowSummary } from "./table-rows.ts";

export interface ReconcilePorts extends JudgePorts {
  readonly objects: LandingObjects;
  /** Since when events may wait in the queue; undefined when it is empty. Asked once, before anything is listed. */
  oldestEvent(): Promise<Date | undefined>;
  /** Many at once, as they were a moment ago. */
  readonly polledRows: ImageRows;
  /** All rows, in parts that are read at the same time, each page by page. */
  tableParts(): readonly AsyncIterable<readonly RowSummary[]>[];
  /** How many findings of each kind the report holds; it counts all. What bounds the memory that they take. */
  readonly mostKept: number;
  /** Called after each page. */
  showProgress(objects: number, rows: number): void;
  /** Ends it with the signal's reason. */
  readonly signal: AbortSignal;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const rowsPerRead = 100;
const readsAtOnce = 4;
/** Judged at once, of each read: most need no call at all. */
const judgedAtOnce = 5;
const candidatesAtOnce = 10;

/**
 * Compares the landing bucket, the table and the executions. Nothing is changed.
 *
 * The table's rows come in the order of a hash of their IDs and the bucket's objects in that of their
 * keys, so there are two passes, each a page at a time: over the objects, with the rows of each page;
 * then over the rows, for those whose object the first pass didn't see. Between the two, 8 bytes of each
 * object's imageID are remembered.
 */
export async function reconcile(ports: ReconcilePorts): Promise<Report> {
  const { bucket, signal, mostKept } = ports;
  const lists = {
    failed: new KeptList<Finding>(mostKept),
    startErrors: new KeptList<Finding>(mostKept),
    stuck: new KeptList<Finding>(mostKept),
    missing: new KeptList<MissingFinding>(mostKept),
    orphanedRows: new KeptList<Finding>(mostKept),
  };
  const listed = new KeySet();
  const byStatus: Partial<Record<PhotoStatus, number>> = {};
  let objects = 0;
  let accountedFor = 0;
  let tooYoung = 0;
  let waiting = 0;
  let rows = 0;
  const judgePorts = { ...ports, oldestEvent: await ports.oldestEvent() };

  const judge = async (object: LandingObject, row: ImageItem | undefined) => {
    const verdict = await judgeObject(object, row, judgePorts);
    switch (verdict.is) {
      case "gone":
        // Its row, if any, is met in the second pass.
        objects -= 1;
        return;
      case "fine":
        accountedFor += 1;
        break;
      case "too young":
        tooYoung += 1;
        break;
      case "waiting":
        waiting += 1;
        break;
      case "missing":
        lists.missing.add(verdict.finding);
        break;
      default:
        lists[verdict.is].add(verdict.finding);
    }
    listed.add(imageIdOf(bucket, object.key));
  };

  for await (const page of ports.objects.pages()) {
    signal.throwIfAborted();
    objects += page.length;
    await concurrently(chunksOf(page, rowsPerRead), readsAtOnce, async (chunk) => {
      const idOf = ({ key }: LandingObject) => imageIdOf(bucket, key);
      const seen = await ports.polledRows.read(chunk.map(idOf), signal);
      await concurrently(chunk, judgedAtOnce, (object) => judge(object, seen.get(idOf(object))));
    });
    ports.showProgress(objects, rows);
  }

  const readRows = async (page: readonly RowSummary[]) => {
    signal.throwIfAborted();
    rows += page.length;
    for (const { status } of page) byStatus[status] = (byStatus[status] ?? 0) + 1;
    // A rejected photo's object is in quarantine.
    const candidates = page.filter(
      ({ status, imageID }) => status !== "REJECTED" && !listed.has(imageID),
    );
    await concurrently(candidates, candidatesAtOnce, async (row) => {
      const { current, deleted } =
        row.s3bucket === bucket
          ? await ports.objects.versionsOf(row.s3key)
          : { current: undefined, deleted: false };
      // One that came in since is judged by the next report.
      if (current === undefined) lists.orphanedRows.add(orphan(row, deleted));
    });
    ports.showProgress(objects, rows);
  };
  const parts = ports.tableParts();
  let hasFailed = false;
  await concurrently(parts, parts.length, async (pages) => {
    try {
      for await (const page of pages) {
        if (hasFailed) return;
        await readRows(page);
      }
    } catch (error) {
      // Without one of them the others are of no use.
      hasFailed = true;
      throw error;
    }
  });

  const { failed, startErrors, stuck, missing, orphanedRows } = lists;
  return {
    ok: failed.count + startErrors.count + stuck.count + missing.count === 0,
    objects,
    accountedFor,
    tooYoung,
    waiting,
    rows,
    byStatus,
    counts: {
      failed: failed.count,
      startErrors: startErrors.count,
      stuck: stuck.count,
      missing: missing.count,
      orphanedRows: orphanedRows.count,
    },
    failed: failed.sorted(),
    startErrors: startErrors.sorted(),
    stuck: stuck.sorted(),
    missing: missing.sorted(),
    orphanedRows: orphanedRows.sorted(),
  };
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
