import type { ServiceCall } from "./operation.ts";
import { S3Error } from "./s3-error.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: in one request, or as one part, or copied at once. */
export const maximumUploadBytes = 5 * 1024 ** 3;

/** The length of a request's payload without its framing: S3 wants to know it beforehand. */
export function readBodyLength({ headers }: ServiceCall): number {
  const framed = headers.get("x-amz-content-sha256")?.startsWith("STREAMING-") ?? false;
  const text = headers.get(framed ? "x-amz-decoded-content-length" : "content-length");
  if (text === undefined && !framed && !headers.has("transfer-encoding")) return 0;
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new S3Error("MissingContentLength", "You must provide the Content-Length HTTP header.", {
      status: 411,
    });
  }
  return Number(text);
}
