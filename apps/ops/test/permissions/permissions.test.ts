import { readFileSync } from "node:fs";
import { stackFile } from "@darkroom/infra";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs, recordDecisions } from "./decisions.ts";
import { type Grant, grantsOf, type Stack } from "./grants.ts";
import { startDarkroom } from "./local-darkroom.ts";
import { onlyOnAws } from "./only-on-aws.ts";
import { permissionTable } from "./permission-table.ts";
import * as probes from "./probes.ts";
import * as syncProbes from "./sync-probes.ts";

const stack: Stack = JSON.parse(readFileSync(stackFile, "utf8"));
for (const rule of Object.values(stack.resource.aws_cloudwatch_event_rule ?? {})) {
  // Nobody waits for an hour.
  if ("schedule_expression" in rule) rule.schedule_expression = "rate(1 minute)";
}
const names = Object.values(stack.resource.aws_lambda_function ?? {}).map((one) =>
  String(one.function_name),
);
const prefix =
  names.find((name) => name.endsWith("StartExecution"))?.replace("StartExecution", "") ?? "";
const grants = grantsOf(stack, prefix);
const idOf = ({ holder, statement }: Grant): string => `${holder}/${statement}`;

const grantNamed = (id: string): Grant => {
  const grant = grants.find((one) => idOf(one) === id);
  if (grant === undefined) throw new Error(`There is no statement ${id}.`);
  return grant;
};

/**
 * What shows that a statement is missing, for those without which the start isn't refused already. `besides`: what must
 * have gone wrong before, so that it is needed.
 */
const approved = probes.suspectPhoto("approve");
const denied = probes.suspectPhoto("deny");
const shownBy: Readonly<Record<string, { probe: probes.Probe; besides?: string }>> = {
  "StartExecution/WriteLog": { probe: probes.withLogOf("StartExecution", probes.goodPhoto) },
  "ExtractMetadata/WriteLog": { probe: probes.withLogOf("ExtractMetadata", probes.goodPhoto) },
  "DetectLabels/WriteLog": { probe: probes.withLogOf("DetectLabels", probes.goodPhoto) },
  "GenerateThumbnails/WriteLog": {
    probe: probes.withLogOf("GenerateThumbnails", probes.goodPhoto),
  },
  "PersistMetadata/WriteLog": { probe: probes.withLogOf("PersistMetadata", probes.goodPhoto) },
  "RecordFailure/WriteLog": { probe: probes.withLogOf("RecordFailure", probes.notAPhoto) },
  "DetectModeration/WriteLog": { probe: probes.withLogOf("DetectModeration", probes.goodPhoto) },
  "RecordReview/WriteLog": { probe: probes.withLogOf("RecordReview", approved) },
  "QuarantinePhoto/WriteLog": {
    probe: probes.withLogOf("QuarantinePhoto", probes.inappropriatePhoto),
  },
  "DetectModeration/ReadPhotos": { probe: probes.goodPhoto },
  "DetectModeration/TellMissingFromForbidden": {
    probe: probes.photoDeletedBefore("DetectModeration"),
  },
  "DetectModeration/DetectModerationLabels": { probe: probes.goodPhoto },
  "RecordReview/WriteRows": { probe: approved },
  "RecordReview/AddDecisions": { probe: denied },
  "QuarantinePhoto/ReadRejected": { probe: probes.inappropriatePhoto },
  "QuarantinePhoto/TellMissingFromForbidden": { probe: probes.quarantinedAfterDeletion },
  "QuarantinePhoto/TellMissingInQuarantine": { probe: probes.quarantinedAfterDeletion },
  "QuarantinePhoto/WriteQuarantine": { probe: probes.inappropriatePhoto },
  "QuarantinePhoto/DeleteRejected": { probe: probes.inappropriatePhoto },
  ...Object.fromEntries(
    [
      "sync-buckets/CallTasks",
      "sync-buckets/StartShards",
      "sync-buckets/ListShards",
      "sync-buckets/WriteResults",
      "FindBucketRegion/FindBuckets",
      "ListDifferences/ListBuckets",
      "ListDifferences/CompareObjects",
      "ListDifferences/ReadCopied",
      "ListDifferences/WriteShards",
      "CopyObjects/ReadSources",
      "CopyObjects/CompareCopies",
      "CopyObjects/WriteCopies",
      "CopyObjects/KeepFates",
      "DeleteOrphans/DeleteOrphans",
      "DeleteOrphans/ConfirmCopied",
      "DeleteOrphans/KeepFates",
      "WriteReport/ListFates",
      "WriteReport/WriteReport",
      "WriteReport/RememberCopied",
    ].map((id) => [id, { probe: syncProbes.syncedBuckets }]),
  ),
  "CopyObjects/TellMissingFromForbidden": { probe: syncProbes.vanishedObject },
  ...Object.fromEntries(
    ["FindBucketRegion", "ListDifferences", "CopyObjects", "DeleteOrphans", "WriteReport"].map(
      (name) => [`${name}/WriteLog`, { probe: probes.withLogOf(name, syncProbes.syncedBuckets) }],
    ),
  ),
  "ReconcilePhotos/WriteLog": {
    probe: probes.withLogOf("ReconcilePhotos", probes.reconciledPhotos),
  },
  "ReconcilePhotos/ListPhotos": { probe: probes.reconciledPhotos },
  "ReconcilePhotos/CountEvents": { probe: probes.reconciledPhotos },
  "ReconcilePhotos/AgeOfEvents": { probe: probes.reconciledPhotos },
  "ReconcilePhotos/ReadRows": { probe: probes.reconciledPhotos },
  "ReconcilePhotos/DescribeExecutions": { probe: probes.reconciledPhotos },
  "ReconcilePhotos/EveryHour": { probe: probes.scheduledReconciliation },
  "StartExecution/WriteRows": { probe: probes.goodPhoto },
  "StartExecution/AddAlbums": { probe: probes.goodPhoto },
  "StartExecution/StartExecutions": { probe: probes.goodPhoto },
  "ExtractMetadata/ReadPhotos": { probe: probes.goodPhoto },
  "ExtractMetadata/TellMissingFromForbidden": { probe: probes.deletedPhoto },
  "DetectLabels/ReadPhotos": { probe: probes.goodPhoto },
  "DetectLabels/TellMissingFromForbidden": { probe: probes.photoDeletedBefore("DetectLabels") },
  "DetectLabels/DetectLabels": { probe: probes.goodPhoto },
  "GenerateThumbnails/ReadPhotos": { probe: probes.goodPhoto },
  "GenerateThumbnails/TellMissingFromForbidden": {
    probe: probes.photoDeletedBefore("GenerateThumbnails"),
  },
  "GenerateThumbnails/WriteDerived": { probe: probes.goodPhoto },
  "PersistMetadata/WriteRows": { probe: probes.goodPhoto },
  "RecordFailure/WriteRows": { probe: probes.notAPhoto },
  "RecordFailure/DescribeExecutions": { probe: probes.deadLetterOfStarted },
  "RecordFailure/ImageProcessingEnded": { probe: probes.abortedExecution },
  "image-processing/CallTasks": { probe: probes.goodPhoto },
  "undelivered-endings/Send": {
    probe: probes.abortedExecution,
    besides: "RecordFailure/ImageProcessingEnded",
  },
};

const recording = recordDecisions();
afterAll(() => recording.close());

/** What came of each probe with all that is deployed. */
const ordinary = new Map<probes.Probe, string>();
/** What fails without a statement, by its name. */
const failures = new Map<string, string>();

/** What a probe comes to in a system without these statements, or why that doesn't start. */
async function without(ids: readonly string[], probe: probes.Probe | undefined): Promise<string> {
  const less = structuredClone(stack);
  for (const id of ids) grantNamed(id).remove(less);
  let darkroom: Awaited<ReturnType<typeof startDarkroom>>;
  try {
    darkroom = await startDarkroom(less, recording.calls);
  } catch (error) {
    return `the start is refused: ${error instanceof Error ? error.message : error}`;
  }
  try {
    if (probe === undefined) throw new Error(`Nothing shows what ${ids} is for, and it starts.`);
    return await probe(darkroom);
  } finally {
    await darkroom.close();
  }
}

const isOnlyOnAws = (grant: Grant): boolean =>
  grant.actions.every((action) => onlyOnAws(grant, action) !== undefined);

beforeAll(async () => {
  const darkroom = await startDarkroom(stack, recording.calls);
  try {
    const all = new Set([
      ...Object.values(shownBy).map(({ probe }) => probe),
      probes.photoWithoutVersion,
      probes.replacedPhoto,
      probes.deadLetter,
      syncProbes.listedAgain,
      syncProbes.copiedAgain,
    ]);
    for (const probe of all) ordinary.set(probe, await probe(darkroom));
  } finally {
    await darkroom.close();
  }
}, 240_000);

test("with all that is deployed nothing is denied", () => {
  // Of every read S3 asks whether the reader is to be told how many tags there are, which nobody needs.
  const asked = recording.calls.filter(({ action }) => action !== "s3:GetObjectTagging");
  expect(asked.filter(({ decision }) => decision !== "allow")).toEqual([]);
  expect(ordinary.get(probes.goodPhoto)).toBe("READY");
  expect(ordinary.get(probes.photoWithoutVersion)).toBe("READY");
  expect(ordinary.get(probes.replacedPhoto)).toBe("an answer");
});

describe("without the statement", () => {
  test.each(
    grants.filter((one) => !isOnlyOnAws(one)).map((grant) => [idOf(grant), grant] as const),
  )(
    "%s something fails, and says so",
    async (id, grant) => {
      const { probe, besides } = shownBy[id] ?? {};
      const before =
        besides === undefined
          ? probe && ordinary.get(probe)
          : (failures.get(besides) ?? (await without([besides], probe)));

      const after = await without([id, ...(besides === undefined ? [] : [besides])], probe);

      expect(after).not.toBe(before);
      failures.set(idOf(grant), after);
    },
    120_000,
  );
});

describe("each part of each statement is needed by a call that was made", () => {
  const parts = grants.flatMap((grant) => [
    ...grant.actions
      .filter((action) => onlyOnAws(grant, action) === undefined)
      .map((action) => [`${idOf(grant)}: ${action}`, { grant, action }] as const),
    ...grant.resources
      .filter(() => !isOnlyOnAws(grant))
      .map((resource) => [`${idOf(grant)}: ${resource}`, { grant, resource }] as const),
  ]);

  test.each(parts)("%s", (_, part) => {
    expect(recording.calls.some((call) => needs(call, part))).toBe(true);
  });

  test("but for those that only AWS needs, which nothing here asks for", () => {
    const claimed = grants.flatMap((grant) =>
      grant.actions
        .filter((action) => onlyOnAws(grant, action) !== undefined)
        .map((action) => ({ grant, action })),
    );
    expect(claimed.length).toBeGreaterThan(0);
    const asked = claimed.filter((part) => recording.calls.some((call) => needs(call, part)));
    expect(asked.map(({ grant, action }) => `${idOf(grant)}: ${action}`)).toEqual([]);
  });
});

test("docs/permissions.md says the same", async () => {
  const table = permissionTable(grants, (grant) => failures.get(idOf(grant)), prefix);
  await expect(table).toMatchFileSnapshot("../../../../docs/permissions.md");
});
