import type { ObjectCall, S3Parts } from "./operation.ts";
import { invalidArgument, noSuchUpload } from "./s3-error.ts";
import type { Upload } from "./store/upload-store.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const maximumPartNumber = 10_000;

/** The upload that a request names by `uploadId`. */
export function findUpload({ bucket, key, query }: ObjectCall, { store }: S3Parts): Upload {
  const id = query.get("uploadId") ?? "";
  const upload = store.uploads.find(bucket.id, key, id);
  if (upload === undefined) throw noSuchUpload(id);
  return upload;
}

export function readPartNumber(query: URLSearchParams): number {
  const text = query.get("partNumber") ?? "";
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= maximumPartNumber) return number;
  throw invalidArgument(
    `Part number must be an integer between 1 and ${maximumPartNumber}, inclusive`,
    "partNumber",
    text,
  );
}
