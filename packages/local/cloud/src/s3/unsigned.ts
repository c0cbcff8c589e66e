import type { ServiceResponse, UnsignedRequest } from "../service.ts";
import { readAddress } from "./address.ts";
import { preflight } from "./cors/preflight.ts";
import { withCors } from "./cors/with-cors.ts";
import type { S3Parts } from "./operation.ts";
import { postObject } from "./post/post-object.ts";
import { isNoiseParameter } from "./request-headers.ts";

/** Answers what needs no signature of its own; undefined: this request does. */
export async function answerUnsigned(
  request: UnsignedRequest,
  parts: S3Parts,
): Promise<ServiceResponse | undefined> {
  const { method, query } = request;
  if (method !== "OPTIONS" && method !== "POST") return undefined;
  const address = readAddress(request.host, request.rawPath);
  const { bucket, key } = address;
  if (method === "OPTIONS") return preflight(request, address, parts);
  if (bucket === undefined || key !== undefined) return undefined;
  if ([...query.keys()].some((name) => !isNoiseParameter(name))) return undefined;
  return withCors(request, parts, () => postObject(request, bucket, parts));
}
