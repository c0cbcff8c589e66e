import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ObjectVersion,
} from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, ListQueuesCommand } from "@aws-sdk/client-sqs";
import { paginateScan } from "@aws-sdk/lib-dynamodb";
import { executionName, type ImageItem, imageIdOf, imageItem } from "@darkroom/workflow";
import type { DarkroomProcess } from "../darkroom-process.ts";
import type { Uploader } from "./uploader.ts";
import { sha256, type VariedFile } from "./varied-files.ts";

/** What a client finds of a quiet system. */
export interface Findings {
  /** Acknowledged uploads that are not there, not whole, or have not come to their end. */
  readonly lost: string[];
  /** What was done more than once. */
  readonly duplicates: string[];
  /** What is left over. */
  readonly leftovers: string[];
  readonly counts: {
    /** Versions of uploads that were never acknowledged, and are there, whole. */
    readonly unacknowledgedButThere: number;
    /** Times that the same picture was written again, by a task that was cut off and run again. */
    readonly picturesWrittenAgain: number;
  };
}

/** Compares what is there with what was acknowledged, by the SDK alone. */
export async function verifyRunning(
  darkroom: DarkroomProcess,
  files: readonly VariedFile[],
  { acknowledged, unanswered }: Uploader,
): Promise<Findings> {
  const lost: string[] = [];
  const duplicates: string[] = [];
  const leftovers: string[] = [];
  const bucket = darkroom.variable("DARKROOM_LANDING_BUCKET");
  const [incoming, thumbnails, previews, rows, executions] = await Promise.all([
    versionsBelow(darkroom, "Incoming/"),
    versionsBelow(darkroom, "Thumbnail/"),
    versionsBelow(darkroom, "Preview/"),
    allRows(darkroom),
    darkroom.executions(),
  ]);

  // Every version is whole, acknowledged or not.
  const byKey = new Map(files.map((file) => [file.key, file]));
  const queue = [...incoming];
  const readSome = async (): Promise<void> => {
    for (let version = queue.shift(); version !== undefined; version = queue.shift()) {
      const file = byKey.get(version.Key ?? "");
      const found = await read(darkroom, bucket, version).catch((error: unknown) => String(error));
      if (file?.sha256 !== found) lost.push(`${shown(version)} reads as ${found}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, readSome));

  const there = new Set(incoming.map(shown));
  for (const [file, versionId] of acknowledged) {
    if (!there.has(`${file.key}@${versionId}`)) lost.push(`${file.key}@${versionId} is not there`);
  }

  // One row for each key that is there, of its newest version, at its end.
  const rowsByKey = Map.groupBy(rows, (row) => row.s3key);
  const newest = new Map(
    incoming.filter(({ IsLatest }) => IsLatest).map((version) => [version.Key ?? "", version]),
  );
  for (const [key, version] of newest) {
    const [row, ...others] = rowsByKey.get(key) ?? [];
    if (others.length > 0) duplicates.push(`${key} has ${others.length + 1} rows`);
    const wanted = byKey.get(key)?.status;
    if (row === undefined) lost.push(`${key} has no row`);
    else if (row.status !== wanted) {
      lost.push(`${key} is ${row.status} and not ${wanted}: ${row.errReason}`);
    } else if (row.versionId !== version.VersionId || row.imageID !== imageIdOf(bucket, key)) {
      lost.push(`${key}: its row is of the version ${row.versionId}, not ${version.VersionId}`);
    }
  }
  for (const key of rowsByKey.keys()) {
    if (!newest.has(key)) leftovers.push(`a row for ${key}, which is not there`);
  }

  // At most one execution a version, and one for each row.
  const wantedExecutions = new Map<string, string>();
  for (const version of incoming) {
    const photo = {
      s3bucket: bucket,
      s3key: version.Key ?? "",
      versionId: version.VersionId ?? "",
      sequencer: "",
    };
    wantedExecutions.set(executionName(photo, 1), shown(version));
  }
  const seen = new Set<string>();
  for (const { name, status } of executions) {
    const version = wantedExecutions.get(name);
    if (version === undefined || seen.has(name)) {
      duplicates.push(`the execution ${name} (${status}) is of no version, or of one that has one`);
    }
    if (status === "RUNNING") leftovers.push(`the execution ${name} runs still`);
    seen.add(name);
  }
  for (const row of rows) {
    const name = row.executionArn.split(":").at(-1) ?? "";
    if (!seen.has(name)) lost.push(`${row.s3key}: its execution ${name} is not there`);
  }

  // One thumbnail and one preview for each row that is READY; of versions that were overtaken there may be one.
  let picturesWrittenAgain = 0;
  for (const [kind, pictures] of [
    ["thumbnail", thumbnails],
    ["preview", previews],
  ] as const) {
    const keys = Map.groupBy(pictures, ({ Key }) => Key ?? "");
    const wanted = new Set<string>();
    for (const row of rows) {
      if (row.status !== "READY") continue;
      const key = row[kind]?.s3key ?? "";
      wanted.add(key);
      if (!keys.has(key)) lost.push(`${row.s3key} has no ${kind} ${key}`);
    }
    const images = Map.groupBy(keys.keys(), (key) => key.split("/")[1] ?? "");
    for (const [imageId, several] of images) {
      const versions = incoming.filter(({ Key }) => imageIdOf(bucket, Key ?? "") === imageId);
      if (several.length > Math.max(versions.length, 1)) {
        duplicates.push(`${imageId} has ${several.length} keys of a ${kind}`);
      }
      for (const key of several) {
        if (!wanted.has(key) && versions.length < 2) leftovers.push(`a ${kind} ${key} of no row`);
      }
    }
    for (const [key, same] of keys) {
      picturesWrittenAgain += same.length - 1;
      const bytes = new Set(same.map(({ ETag }) => ETag));
      if (bytes.size > 1) duplicates.push(`${key} was written with different bytes`);
    }
  }

  leftovers.push(...(await messagesLeft(darkroom)));
  const acknowledgedVersions = new Set([...acknowledged].map(([{ key }, id]) => `${key}@${id}`));
  const unknown = incoming.filter((version) => !acknowledgedVersions.has(shown(version)));
  const mayBeThere = new Set([...unanswered, ...acknowledged.keys()].map(({ key }) => key));
  for (const version of unknown) {
    if (!mayBeThere.has(version.Key ?? "")) leftovers.push(`${shown(version)} was never sent`);
  }
  return {
    lost,
    duplicates,
    leftovers,
    counts: { unacknowledgedButThere: unknown.length, picturesWrittenAgain },
  };
}

const shown = ({ Key, VersionId }: ObjectVersion): string => `${Key}@${VersionId}`;

async function versionsBelow(darkroom: DarkroomProcess, Prefix: string): Promise<ObjectVersion[]> {
  const versions: ObjectVersion[] = [];
  let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await darkroom.clients.s3.send(
      new ListObjectVersionsCommand({
        Bucket: darkroom.variable("DARKROOM_LANDING_BUCKET"),
        Prefix,
        ...from,
      }),
    );
    versions.push(...(page.Versions ?? []));
    if (page.IsTruncated !== true) return versions;
    from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

async function read(
  darkroom: DarkroomProcess,
  Bucket: string,
  { Key, VersionId }: ObjectVersion,
): Promise<string> {
  const { Body } = await darkroom.clients.s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
  return sha256((await Body?.transformToByteArray()) ?? new Uint8Array());
}

async function allRows(darkroom: DarkroomProcess): Promise<ImageItem[]> {
  const rows: ImageItem[] = [];
  const pages = paginateScan(
    { client: darkroom.clients.dynamodb },
    { TableName: darkroom.variable("DARKROOM_IMAGE_TABLE") },
  );
  for await (const { Items = [] } of pages)
    rows.push(...Items.map((item) => imageItem.parse(item)));
  return rows;
}

/** Of every queue, dead letters too. */
async function messagesLeft(darkroom: DarkroomProcess): Promise<string[]> {
  const { sqs } = darkroom.clients;
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  if (QueueUrls.length === 0) return ["there are no queues"];
  const left: string[] = [];
  for (const QueueUrl of QueueUrls) {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    for (const [name, value] of Object.entries(Attributes)) {
      if (name.startsWith("ApproximateNumberOfMessages") && value !== "0") {
        left.push(`${QueueUrl.split("/").at(-1)}: ${name} is ${value}`);
      }
    }
  }
  return left;
}
