import type { Place } from "../place.ts";
import type { RequestHeaders } from "./request-headers.ts";
import { S3Error } from "./s3-error.ts";

/** All buckets here belong to one account: a caller who expects another is refused, as by AWS. */
export function checkBucketOwner(
  headers: RequestHeaders,
  name: "x-amz-expected-bucket-owner" | "x-amz-source-expected-bucket-owner",
  place: Place,
): void {
  const expected = headers.get(name);
  if (expected === undefined || expected === place.accountId) return;
  throw new S3Error("AccessDenied", "Access Denied", { status: 403 });
}
