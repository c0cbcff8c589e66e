import { type ApprovalTask, incomingPrefix, type ModerationLabel } from "@darkroom/workflow";
import { plainText, wrapText } from "../table/fit-text.ts";
import { formatBytes, formatPicture } from "../table/format.ts";
import type { Terminal } from "../terminal.ts";
import { type Claim, leaseSeconds } from "./claim-photo.ts";

/** A claim as `approvals next --json` gives it. */
export function claimJson({ taskToken, task, deadline }: Claim) {
  const { photo, executionArn, moderation, extractedMetadata } = task;
  const { s3key, s3bucket, versionId, imageID, userID, albumID } = photo;
  return {
    taskToken,
    file: fileOf(task),
    s3key,
    s3bucket,
    versionId,
    imageID,
    userID,
    albumID,
    executionArn,
    moderation,
    extractedMetadata,
    leaseSeconds,
    /** ISO 8601 in UTC. */
    deadline: deadline.toISOString(),
  };
}

/** The file as its user named it: the key without `Incoming/<user>/<album>/`. */
export function fileOf({ photo: { s3key } }: ApprovalTask): string {
  if (!s3key.startsWith(incomingPrefix)) return s3key;
  return s3key.slice(incomingPrefix.length).split("/").slice(2).join("/") || s3key;
}

const titleWidth = 10;

/** What a person has to know to decide, in lines that fit the terminal. */
export function claimLines(
  { task, deadline }: Claim,
  { style, width }: Pick<Terminal, "style" | "width">,
): string[] {
  const { photo, moderation, extractedMetadata } = task;
  const field = (title: string, text: string) =>
    wrapText(plainText(text), Math.max(20, width - titleWidth)).map((line, index) =>
      index === 0
        ? `${style("dim", title.padEnd(titleWidth))}${line}`
        : " ".repeat(titleWidth) + line,
    );
  const version = `policy ${moderation.policyVersion}, model ${moderation.modelVersion}`;
  return [
    style("bold", plainText(fileOf(task))),
    ...field("  key", photo.s3key),
    ...field("  version", photo.versionId),
    ...field("  user", photo.userID),
    ...field("  album", photo.albumID),
    ...field(
      "  picture",
      `${formatPicture(extractedMetadata)}, ${formatBytes(extractedMetadata.fileSize)}`,
    ),
    ...labelLines(moderation.labels).map(
      (line, index) =>
        style("dim", (index === 0 ? "  labels" : "").padEnd(titleWidth)) + plainText(line),
    ),
    ...field("  asked", `${moderation.reason ?? "no reason is given"} (${version})`),
    ...field("  yours", `until ${shownTime(deadline)}`),
  ];
}

/** The labels as the tree that the taxonomy is, two blanks a level, each with its confidence. */
export function labelLines(labels: readonly ModerationLabel[]): string[] {
  if (labels.length === 0) return ["none"];
  const names = new Set(labels.map(({ name }) => name));
  const isRoot = ({ name, parentName }: ModerationLabel) =>
    parentName === undefined || parentName === name || !names.has(parentName);
  const shown = new Set<ModerationLabel>();
  const below = (label: ModerationLabel): string[] => {
    // Names come from outside: a circle of them must have an end.
    if (shown.has(label)) return [];
    shown.add(label);
    const indent = "  ".repeat(label.taxonomyLevel - 1);
    return [
      `${indent}${label.name} ${label.confidence.toFixed(1)} %`,
      ...sorted(labels.filter(({ parentName }) => parentName === label.name)).flatMap(below),
    ];
  };
  const tree = sorted(labels.filter(isRoot)).flatMap(below);
  return [...tree, ...labels.filter((label) => !shown.has(label)).flatMap(below)];
}

/** The surest first. */
const sorted = (labels: readonly ModerationLabel[]) =>
  [...labels].sort((one, other) => other.confidence - one.confidence);

const shownTime = (time: Date): string =>
  time
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
