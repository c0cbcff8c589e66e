import type { ServiceResponse, UnsignedRequest } from "../../service.ts";
import type { Address } from "../address.ts";
import type { S3Parts } from "../operation.ts";
import { S3Error } from "../s3-error.ts";
import { emptyResponse } from "../xml-response.ts";
import { corsHeaders } from "./cors-headers.ts";

/** Answers a browser that asks what a page may send; https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html */
export function preflight(
  request: UnsignedRequest,
  { bucket: bucketName, key }: Address,
  { store }: S3Parts,
): ServiceResponse {
  const { origin } = request.headers;
  if (origin === undefined) {
    throw badRequest("Insufficient information. Origin request header needed.");
  }
  const method = request.headers["access-control-request-method"];
  if (method === undefined) throw badRequest("Invalid Access-Control-Request-Method: null");
  const fields = { Method: method, ResourceType: key === undefined ? "BUCKET" : "OBJECT" };
  const refuse = (message: string): S3Error =>
    new S3Error("AccessForbidden", `CORSResponse: ${message}`, { status: 403, fields });
  const bucket = bucketName === undefined ? undefined : store.buckets.find(bucketName);
  if (bucket === undefined) throw refuse("Bucket not found");
  if (bucket.cors.length === 0) throw refuse("CORS is not enabled for this bucket.");
  const wanted = request.headers["access-control-request-headers"] ?? "";
  const headers = corsHeaders(bucket.cors, {
    origin,
    method,
    headers: wanted
      .split(",")
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ""),
  });
  if (headers === undefined) {
    // The spelling is S3's.
    throw refuse(
      "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    );
  }
  return emptyResponse(200, headers);
}

const badRequest = (message: string): S3Error => new S3Error("BadRequest", message);
