import { readEncoding, readPageSize } from "../count-parameter.ts";
import { ownerId } from "../identity.ts";
import { encodeKey } from "../key-encoding.ts";
import { laterKey } from "../key-order.ts";
import { listPage, startBehind } from "../listing.ts";
import { isoSeconds, quoted } from "../object-headers.ts";
import { isVersionId, sequenceOf } from "../opaque-id.ts";
import type { BucketCall, Operation, S3Parts } from "../operation.ts";
import { authorizeBucket, listingContext } from "../permissions.ts";
import { invalidArgument } from "../s3-error.ts";
import type { ListedVersion } from "../store/listing-store.ts";
import type { XmlElements, XmlValue } from "../xml.ts";
import { xmlResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export const listObjectVersions: Operation<BucketCall> = {
  name: "ListObjectVersions",
  query: [
    "versions",
    "prefix",
    "delimiter",
    "max-keys",
    "encoding-type",
    "key-marker",
    "version-id-marker",
  ],
  run(call, parts) {
    const { query, bucket } = call;
    authorizeBucket(call, "s3:ListBucketVersions", listingContext(query));
    const prefix = query.get("prefix") ?? "";
    const delimiter = query.get("delimiter") ?? "";
    const limit = readPageSize(query, "max-keys");
    const encoding = readEncoding(query);
    const encode = encoding === "url" ? encodeKey : (text: string) => text;
    const keyMarker = query.get("key-marker") ?? "";
    const versionIdMarker = query.get("version-id-marker") ?? "";
    const { next, ...page } = listPage<ListedVersion>({
      prefix,
      delimiter,
      limit,
      start: start(call, parts, { keyMarker, versionIdMarker, prefix, delimiter }),
      seek: (from) => parts.store.listings.versions(bucket.id, from, prefix),
    });
    const owner = { ID: ownerId(parts.place) };
    const elements: [string, XmlValue][] = [
      ["Name", bucket.name],
      ["Prefix", encode(prefix)],
      ["KeyMarker", encode(keyMarker)],
      ["VersionIdMarker", versionIdMarker],
      ...nextMarkers(next, encode),
      ["MaxKeys", limit],
      ["Delimiter", delimiter === "" ? undefined : encode(delimiter)],
      ["EncodingType", encoding],
      ["IsTruncated", next !== undefined],
      ...page.rows.map((row) => version(row, encode, owner)),
      ["CommonPrefixes", page.commonPrefixes.map((group) => ({ Prefix: encode(group) }))],
    ];
    return xmlResponse("ListVersionsResult", elements);
  },
};

/** The rows behind a marker: what is older of its key first, then the keys behind that. */
function start(
  { bucket }: BucketCall,
  { store }: S3Parts,
  markers: { keyMarker: string; versionIdMarker: string; prefix: string; delimiter: string },
): Iterable<ListedVersion> {
  const { keyMarker, versionIdMarker, prefix, delimiter } = markers;
  if (versionIdMarker !== "" && keyMarker === "") {
    throw invalidArgument(
      "A version-id marker cannot be specified without a key marker.",
      "version-id-marker",
      versionIdMarker,
    );
  }
  const versions = (from: string | undefined) =>
    from === undefined ? [] : store.listings.versions(bucket.id, from, prefix);
  const behind = versions(startBehind(keyMarker, prefix, delimiter));
  if (versionIdMarker === "") return behind;
  if (!isVersionId(versionIdMarker)) {
    throw invalidArgument("Invalid version id specified", "version-id-marker", versionIdMarker);
  }
  const sequence =
    sequenceOf(versionIdMarker) ??
    store.versions.find(bucket.id, keyMarker, versionIdMarker)?.sequence;
  // Where the version "null" stood is not known once it is gone: rather list its key again than leave something out.
  if (sequence === undefined) return versions(laterKey(keyMarker, prefix));
  const older = store.listings.olderVersions(bucket.id, keyMarker, sequence);
  return oneAfterTheOther(older, behind);
}

function* oneAfterTheOther<T>(first: Iterable<T>, second: Iterable<T>): Generator<T> {
  yield* first;
  yield* second;
}

function nextMarkers(
  next: { readonly row: ListedVersion } | { readonly commonPrefix: string } | undefined,
  encode: (text: string) => string,
): [string, XmlValue][] {
  if (next === undefined) return [];
  if ("commonPrefix" in next) return [["NextKeyMarker", encode(next.commonPrefix)]];
  return [
    ["NextKeyMarker", encode(next.row.key)],
    ["NextVersionIdMarker", next.row.versionId],
  ];
}

function version(
  row: ListedVersion,
  encode: (text: string) => string,
  owner: XmlElements,
): [string, XmlElements] {
  const of = {
    Key: encode(row.key),
    VersionId: row.versionId,
    IsLatest: Boolean(row.latest),
    LastModified: isoSeconds(row.modified),
  };
  if (row.deleteMarker) return ["DeleteMarker", { ...of, Owner: owner }];
  return [
    "Version",
    {
      ...of,
      ETag: quoted(row.etag),
      ChecksumAlgorithm: row.checksumAlgorithm,
      ChecksumType: row.checksumType,
      Size: row.size,
      Owner: owner,
      StorageClass: "STANDARD",
    },
  ];
}
