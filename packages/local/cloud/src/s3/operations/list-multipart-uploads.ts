import { readEncoding, readPageSize } from "../count-parameter.ts";
import { ownerId } from "../identity.ts";
import { encodeKey } from "../key-encoding.ts";
import { listPage, startBehind } from "../listing.ts";
import { isoSeconds } from "../object-headers.ts";
import { sequenceOf } from "../opaque-id.ts";
import type { BucketCall, Operation, S3Parts } from "../operation.ts";
import { authorizeBucket, listingContext } from "../permissions.ts";
import { invalidArgument } from "../s3-error.ts";
import type { ListedUpload } from "../store/listing-store.ts";
import { xmlResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export const listMultipartUploads: Operation<BucketCall> = {
  name: "ListMultipartUploads",
  query: [
    "uploads",
    "prefix",
    "delimiter",
    "max-uploads",
    "encoding-type",
    "key-marker",
    "upload-id-marker",
  ],
  run(call, parts) {
    const { query, bucket } = call;
    authorizeBucket(call, "s3:ListBucketMultipartUploads", listingContext(query));
    const prefix = query.get("prefix") ?? "";
    const delimiter = query.get("delimiter") ?? "";
    const limit = readPageSize(query, "max-uploads");
    const encoding = readEncoding(query);
    const encode = encoding === "url" ? encodeKey : (text: string) => text;
    const keyMarker = query.get("key-marker") ?? "";
    // Without a key marker it means nothing, as on AWS.
    const uploadIdMarker = keyMarker === "" ? "" : (query.get("upload-id-marker") ?? "");
    const { next, ...page } = listPage<ListedUpload>({
      prefix,
      delimiter,
      limit,
      start: start(call, parts, { keyMarker, uploadIdMarker, prefix, delimiter }),
      seek: (from) => parts.store.listings.uploads(bucket.id, from, prefix),
    });
    const nextRow = next !== undefined && "row" in next ? next.row : undefined;
    const nextKey = next !== undefined && "row" in next ? next.row.key : next?.commonPrefix;
    return xmlResponse("ListMultipartUploadsResult", {
      Bucket: bucket.name,
      KeyMarker: encode(keyMarker),
      UploadIdMarker: uploadIdMarker,
      NextKeyMarker: nextKey === undefined ? undefined : encode(nextKey),
      NextUploadIdMarker: nextRow?.id,
      Prefix: encode(prefix),
      Delimiter: delimiter === "" ? undefined : encode(delimiter),
      EncodingType: encoding,
      MaxUploads: limit,
      IsTruncated: next !== undefined,
      Upload: page.rows.map((row) => ({
        Key: encode(row.key),
        UploadId: row.id,
        Initiator: { ID: row.initiator },
        Owner: { ID: ownerId(parts.place) },
        StorageClass: "STANDARD",
        Initiated: isoSeconds(row.initiated),
        ChecksumAlgorithm: row.checksumAlgorithm ?? undefined,
        ChecksumType: row.checksumType ?? undefined,
      })),
      CommonPrefixes: page.commonPrefixes.map((group) => ({ Prefix: encode(group) })),
    });
  },
};

/** The rows behind a marker: what was begun later for its key first, then the keys behind that. */
function* start(
  { bucket }: BucketCall,
  { store }: S3Parts,
  markers: { keyMarker: string; uploadIdMarker: string; prefix: string; delimiter: string },
): Generator<ListedUpload> {
  const { keyMarker, uploadIdMarker, prefix, delimiter } = markers;
  if (uploadIdMarker !== "") {
    const sequence = sequenceOf(uploadIdMarker);
    if (sequence === undefined) {
      throw invalidArgument("Invalid uploadId marker", "upload-id-marker", uploadIdMarker);
    }
    yield* store.listings.laterUploads(bucket.id, keyMarker, sequence);
  }
  const from = startBehind(keyMarker, prefix, delimiter);
  if (from !== undefined) yield* store.listings.uploads(bucket.id, from, prefix);
}
