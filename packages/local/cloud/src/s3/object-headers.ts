import { type Checksum, checksumElement, checksumHeader } from "./checksum.ts";
import type { Bucket } from "./store/bucket-store.ts";
import type { ObjectVersion } from "./store/version-store.ts";

/** New objects are encrypted by S3 with keys of its own, and answers say so. */
export const encryptionHeaders = { "x-amz-server-side-encryption": "AES256" };

export const quoted = (etag: string): string => `"${etag}"`;

/** Objects of a bucket that never had versions are told without one. */
export const versionHeader = (bucket: Bucket, versionId: string): Record<string, string> =>
  bucket.versioning === "" ? {} : { "x-amz-version-id": versionId };

export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  if (checksum === undefined) return {};
  return {
    [checksumHeader(checksum.algorithm)]: checksum.value,
    "x-amz-checksum-type": checksum.type,
  };
}

export function checksumElements(checksum: Checksum | undefined): Record<string, string> {
  if (checksum === undefined) return {};
  return { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type };
}

/** The headers of an object as a read gives it back. */
export function objectHeaders(bucket: Bucket, version: ObjectVersion): Record<string, string> {
  const headers: Record<string, string> = {
    "accept-ranges": "bytes",
    etag: quoted(version.etag),
    "last-modified": new Date(version.modified).toUTCString(),
    ...encryptionHeaders,
    ...versionHeader(bucket, version.versionId),
    ...version.attributes.headers,
  };
  for (const [name, value] of Object.entries(version.attributes.metadata)) {
    headers[`x-amz-meta-${name}`] = value;
  }
  return headers;
}

let lastSecond = Number.NaN;
let lastText = "";

/** A time as S3's documents have it: it counts whole seconds. A listing has many of one second. */
export function isoSeconds(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = new Date(second * 1000).toISOString();
  }
  return lastText;
}
