import { createHash } from "node:crypto";
import type { PhotoReference } from "./contracts.ts";

/** Only objects under this prefix are photos that come in; nothing derived is ever written here. */
export const incomingPrefix = "Incoming/";

/** Where a photo's derived pictures are. */
export const derivedPrefixes = { thumbnail: "Thumbnail/", preview: "Preview/" } as const;

/** Where a rejected photo's version is moved to: `Quarantine/<imageID>/<version>`. Nobody is shown what is there. */
export const quarantinePrefix = "Quarantine/";

/** The same bucket and key always give the same image, whatever the version: 32 hex digits. */
export function imageIdOf(bucket: string, key: string): string {
  return createHash("sha256").update(`${bucket}\n${key}`).digest("hex").slice(0, 32);
}

/**
 * The name of the execution that processes one version of one object.
 * At most 80 characters of `[0-9A-Za-z_-]`, as StartExecution asks
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html);
 * a closed execution keeps its name for 90 days, so each repair is a new attempt, counted from 1.
 */
export function executionName(
  photo: Pick<PhotoReference, "s3bucket" | "s3key" | "versionId" | "sequencer">,
  attempt: number,
): string {
  const hash = createHash("sha256")
    .update(`${photo.s3bucket}\n${photo.s3key}\n${versionOf(photo)}`)
    .digest("hex")
    .slice(0, 40);
  return `${hash}-r${attempt}`;
}

/** In a bucket without versions every write of a key is version "null": the sequencer tells them apart. */
function versionOf(photo: Pick<PhotoReference, "versionId" | "sequencer">): string {
  return photo.versionId === "null" ? `null ${photo.sequencer}` : photo.versionId;
}

function versionHash(photo: Pick<PhotoReference, "versionId" | "sequencer">): string {
  return createHash("sha256").update(versionOf(photo)).digest("hex").slice(0, 16);
}

/** The key of a picture derived from one version of a photo: what is there never changes. */
export function derivedKey(
  kind: keyof typeof derivedPrefixes,
  photo: Pick<PhotoReference, "imageID" | "versionId" | "sequencer">,
  extension: "jpg" | "png",
): string {
  return `${derivedPrefixes[kind]}${photo.imageID}/${versionHash(photo)}.${extension}`;
}

/** The key of a rejected version in quarantine: each version has its own. */
export function quarantineKey(
  photo: Pick<PhotoReference, "imageID" | "versionId" | "sequencer">,
): string {
  return `${quarantinePrefix}${photo.imageID}/${versionHash(photo)}`;
}

/** The ARN that an execution of this name has, before it is started as well. */
export function executionArn(stateMachineArn: string, name: string): string {
  return `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
}

/**
 * What `Incoming/<user>/<album>/<file>` says; undefined for a key of another form.
 * An album belongs to its user: two users may both have a `holiday`.
 */
export function parseIncomingKey(key: string): { userID: string; albumID: string } | undefined {
  if (!key.startsWith(incomingPrefix)) return undefined;
  const [userID, album, ...file] = key.slice(incomingPrefix.length).split("/");
  if (!userID || !album || file.join("/") === "" || key.endsWith("/")) return undefined;
  return { userID, albumID: `${userID}/${album}` };
}
