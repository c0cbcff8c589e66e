import { AwsError } from "../../aws-error.ts";
import type { ServiceRequest, ServiceResponse } from "../../service.ts";
import { readAddress } from "../address.ts";
import type { S3Parts } from "../operation.ts";
import { S3Error } from "../s3-error.ts";
import { corsHeaders } from "./cors-headers.ts";

/** Adds to an answer, or to an error, what a page of the request's origin may know of it. */
export async function withCors(
  request: Pick<ServiceRequest, "method" | "host" | "rawPath" | "headers">,
  { store }: S3Parts,
  answer: () => Promise<ServiceResponse>,
): Promise<ServiceResponse> {
  const { origin } = request.headers;
  if (origin === undefined) return answer();
  const { bucket: name } = readAddress(request.host, request.rawPath);
  const rules = (name === undefined ? undefined : store.buckets.find(name))?.cors ?? [];
  const headers = corsHeaders(rules, { origin, method: request.method, headers: [] });
  if (headers === undefined) return answer();
  try {
    const response = await answer();
    return { ...response, headers: { ...response.headers, ...headers } };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { code, message, status, fields } = error;
    const own = error instanceof S3Error ? error.headers : {};
    throw new S3Error(code, message, { status, fields, headers: { ...own, ...headers } });
  }
}
