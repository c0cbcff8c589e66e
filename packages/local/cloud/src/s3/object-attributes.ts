import type { RequestHeaders } from "./request-headers.ts";
import { invalidArgument, notImplemented, S3Error } from "./s3-error.ts";

/** What is kept of an object's headers and given back with it. */
export interface ObjectAttributes {
  /** Content-Type and the like, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

const keptHeaders = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html: names and values in UTF-8. */
const maximumMetadataBytes = 2048;

const metadataPrefix = "x-amz-meta-";

/** Headers of calls that write an object; each is checked by `checkWriteHeaders`. */
export const writeHeaders = [
  "x-amz-acl",
  "x-amz-server-side-encryption",
  "x-amz-storage-class",
  "x-amz-tagging",
  "x-amz-meta-*",
];

/** Lets pass only what the local S3 does anyway: a private object, encrypted by S3, in the standard class. */
export function checkWriteHeaders(headers: RequestHeaders): void {
  const acl = headers.get("x-amz-acl");
  if (acl !== undefined && acl !== "private" && acl !== "bucket-owner-full-control") {
    // What S3 says of a bucket whose owner is enforced: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    throw new S3Error("AccessControlListNotSupported", "The bucket does not allow ACLs", {
      fields: { Header: `x-amz-acl: ${acl}` },
    });
  }
  const encryption = headers.get("x-amz-server-side-encryption");
  if (encryption !== undefined && encryption !== "AES256") {
    throw notImplemented(`x-amz-server-side-encryption "${encryption}", only AES256`);
  }
  const storageClass = headers.get("x-amz-storage-class");
  if (storageClass !== undefined && storageClass !== "STANDARD") {
    throw notImplemented(`x-amz-storage-class "${storageClass}", only STANDARD`);
  }
}

export function readObjectAttributes(headers: RequestHeaders): ObjectAttributes {
  const kept: Record<string, string> = { "content-type": "binary/octet-stream" };
  for (const name of keptHeaders) {
    const value = headers.get(name);
    if (value !== undefined && value !== "") kept[name] = value;
  }
  // The framing of the body on its way here is no encoding of the object.
  const encodings = (kept["content-encoding"] ?? "")
    .split(",")
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== "" && encoding !== "aws-chunked");
  if (encodings.length > 0) kept["content-encoding"] = encodings.join(",");
  else delete kept["content-encoding"];
  const metadata: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of headers) {
    if (!name.startsWith(metadataPrefix)) continue;
    const key = name.slice(metadataPrefix.length);
    metadata[key] = value;
    // Header values are bytes that node hands out as Latin-1.
    size += key.length + value.length;
  }
  if (size > maximumMetadataBytes) {
    throw new S3Error(
      "MetadataTooLarge",
      "Your metadata headers exceed the maximum allowed metadata size",
      { fields: { Size: size, MaxSizeAllowed: maximumMetadataBytes } },
    );
  }
  return { headers: kept, metadata };
}

/** `COPY` (as when absent) or `REPLACE`, for metadata or tags. */
export function readDirective(
  headers: RequestHeaders,
  name: "x-amz-metadata-directive" | "x-amz-tagging-directive",
): "COPY" | "REPLACE" {
  const value = headers.get(name) ?? "COPY";
  if (value === "COPY" || value === "REPLACE") return value;
  throw invalidArgument(
    name === "x-amz-metadata-directive"
      ? "Unknown metadata directive."
      : "Unknown tagging directive.",
    name,
    value,
  );
}
