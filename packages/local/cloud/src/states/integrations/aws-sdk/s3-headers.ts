import type { Json } from "@darkroom/states";
import { isoTime, type JsonObject } from "../json-value.ts";

const text = (value: string): Json => value;
const number = (value: string): Json => Number(value);
const boolean = (value: string): Json => value === "true";
const time = (value: string): Json => isoTime(Date.parse(value));

/** Headers of S3's answers by the members that the SDK makes of them. */
const members: Readonly<Record<string, readonly [string, (value: string) => Json]>> = {
  "accept-ranges": ["AcceptRanges", text],
  "cache-control": ["CacheControl", text],
  "content-disposition": ["ContentDisposition", text],
  "content-encoding": ["ContentEncoding", text],
  "content-language": ["ContentLanguage", text],
  "content-range": ["ContentRange", text],
  etag: ["ETag", text],
  expires: ["Expires", time],
  "last-modified": ["LastModified", time],
  location: ["Location", text],
  "x-amz-bucket-region": ["BucketRegion", text],
  "x-amz-checksum-crc32": ["ChecksumCRC32", text],
  "x-amz-checksum-crc32c": ["ChecksumCRC32C", text],
  "x-amz-checksum-crc64nvme": ["ChecksumCRC64NVME", text],
  "x-amz-checksum-sha1": ["ChecksumSHA1", text],
  "x-amz-checksum-sha256": ["ChecksumSHA256", text],
  "x-amz-checksum-type": ["ChecksumType", text],
  "x-amz-copy-source-version-id": ["CopySourceVersionId", text],
  "x-amz-delete-marker": ["DeleteMarker", boolean],
  "x-amz-mp-parts-count": ["PartsCount", number],
  "x-amz-server-side-encryption": ["ServerSideEncryption", text],
  "x-amz-storage-class": ["StorageClass", text],
  "x-amz-tagging-count": ["TagCount", number],
  "x-amz-version-id": ["VersionId", text],
};

/** Those that tell of an object only when one is given: every other answer has them for its own body. */
const ofObject: typeof members = {
  "content-length": ["ContentLength", number],
  "content-type": ["ContentType", text],
};

const metadataPrefix = "x-amz-meta-";

/** @param isObject whether the answer is an object, or what there is to know of one */
export function readS3Headers(
  headers: Readonly<Record<string, string>>,
  isObject: boolean,
): JsonObject {
  const read = Object.entries(headers).flatMap(([header, value]) => {
    const member = members[header] ?? (isObject ? ofObject[header] : undefined);
    return member === undefined ? [] : [[member[0], member[1](value)] as const];
  });
  if (!isObject) return Object.fromEntries(read);
  const metadata = Object.entries(headers)
    .filter(([header]) => header.startsWith(metadataPrefix))
    .map(([header, value]) => [
      header.slice(metadataPrefix.length),
      // A header's bytes, which node has as Latin-1, are UTF-8 here.
      Buffer.from(value, "latin1").toString("utf8"),
    ]);
  return { ...Object.fromEntries(read), Metadata: Object.fromEntries(metadata) };
}
