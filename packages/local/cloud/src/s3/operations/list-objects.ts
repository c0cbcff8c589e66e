import { readEncoding, readPageSize } from "../count-parameter.ts";
import { ownerId } from "../identity.ts";
import { encodeKey } from "../key-encoding.ts";
import { type ListingPage, listPage, startBehind } from "../listing.ts";
import { isoSeconds, quoted } from "../object-headers.ts";
import type { BucketCall, Operation, S3Parts } from "../operation.ts";
import { authorizeBucket, listingContext } from "../permissions.ts";
import { invalidArgument } from "../s3-error.ts";
import type { ListedObject } from "../store/listing-store.ts";
import type { XmlElements } from "../xml.ts";
import { xmlResponse } from "../xml-response.ts";

const common = ["prefix", "delimiter", "max-keys", "encoding-type"];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const listObjectsV2: Operation<BucketCall> = {
  name: "ListObjectsV2",
  query: ["list-type", ...common, "start-after", "continuation-token", "fetch-owner"],
  run(call, parts) {
    const { query } = call;
    authorizeBucket(call, "s3:ListBucket", listingContext(query));
    if (query.get("list-type") !== "2") {
      throw invalidArgument("Invalid List Type", "list-type", query.get("list-type") ?? "");
    }
    const startAfter = query.get("start-after") ?? "";
    const token = query.get("continuation-token");
    const listing = list(call, parts, token === null ? startAfter : readToken(token));
    const { page, encode } = listing;
    const owner = query.get("fetch-owner") === "true" ? { ID: ownerId(parts.place) } : undefined;
    return xmlResponse("ListBucketResult", {
      Name: call.bucket.name,
      Prefix: encode(listing.prefix),
      StartAfter: startAfter === "" ? undefined : encode(startAfter),
      ContinuationToken: token ?? undefined,
      NextContinuationToken: listing.next === undefined ? undefined : writeToken(listing.next),
      KeyCount: page.rows.length + page.commonPrefixes.length,
      ...listing.elements,
      Contents: page.rows.map((row) => contents(row, encode, owner)),
      CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    });
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export const listObjects: Operation<BucketCall> = {
  name: "ListObjects",
  query: [...common, "marker"],
  run(call, parts) {
    const { query } = call;
    authorizeBucket(call, "s3:ListBucket", listingContext(query));
    const marker = query.get("marker") ?? "";
    const listing = list(call, parts, marker);
    const { page, encode } = listing;
    const owner = { ID: ownerId(parts.place) };
    return xmlResponse("ListBucketResult", {
      Name: call.bucket.name,
      Prefix: encode(listing.prefix),
      Marker: encode(marker),
      // Without a delimiter the last key is the marker, and S3 leaves it at that.
      NextMarker:
        listing.next === undefined || listing.delimiter === "" ? undefined : encode(listing.next),
      ...listing.elements,
      Contents: page.rows.map((row) => contents(row, encode, owner)),
      CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    });
  },
};

interface Listing {
  readonly page: ListingPage<ListedObject>;
  readonly prefix: string;
  readonly delimiter: string;
  readonly encode: (text: string) => string;
  /** The key or common prefix that the next page goes on behind. */
  readonly next: string | undefined;
  /** What both versions of the call say of the page. */
  readonly elements: XmlElements;
}

function list({ query, bucket }: BucketCall, { store }: S3Parts, after: string): Listing {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const limit = readPageSize(query, "max-keys");
  const encoding = readEncoding(query);
  const encode = encoding === "url" ? encodeKey : (text: string) => text;
  const start = startBehind(after, prefix, delimiter);
  const seek = (from: string) => store.listings.objects(bucket.id, from, prefix);
  const page = listPage<ListedObject>({
    prefix,
    delimiter,
    limit,
    start: start === undefined ? [] : seek(start),
    seek,
  });
  const { next } = page;
  return {
    page,
    prefix,
    delimiter,
    encode,
    next: next === undefined ? undefined : "row" in next ? next.row.key : next.commonPrefix,
    elements: {
      MaxKeys: limit,
      Delimiter: delimiter === "" ? undefined : encode(delimiter),
      EncodingType: encoding,
      IsTruncated: next !== undefined,
    },
  };
}

const contents = (
  row: ListedObject,
  encode: (text: string) => string,
  owner: XmlElements | undefined,
): XmlElements => ({
  Key: encode(row.key),
  LastModified: isoSeconds(row.modified),
  ETag: quoted(row.etag),
  ChecksumAlgorithm: row.checksumAlgorithm,
  ChecksumType: row.checksumType,
  Size: row.size,
  Owner: owner,
  StorageClass: "STANDARD",
});

/** A token says where to go on; its form is nobody's business. */
const writeToken = (after: string): string => `1${Buffer.from(after).toString("base64url")}`;

function readToken(token: string): string {
  const after = Buffer.from(token.slice(1), "base64url").toString("utf8");
  if (after !== "" && writeToken(after) === token) return after;
  throw invalidArgument(
    "The continuation token provided is incorrect",
    "continuation-token",
    token,
  );
}
