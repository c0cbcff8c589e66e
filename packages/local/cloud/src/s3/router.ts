import type { ServiceRequest, ServiceResponse } from "../service.ts";
import { readAddress } from "./address.ts";
import { checkBucketOwner } from "./bucket-owner.ts";
import { missingOperation } from "./missing-operations.ts";
import type { Operation, S3Parts, ServiceCall } from "./operation.ts";
import {
  checkHeaders,
  isNoiseParameter,
  readHeaders,
  unknownParameter,
} from "./request-headers.ts";
import {
  bucketNameRoutes,
  bucketRoutes,
  objectRoutes,
  type Route,
  serviceRoutes,
} from "./routes.ts";
import { noSuchBucket, notImplemented } from "./s3-error.ts";

/** Finds the operation that a request is for, refuses what that doesn't know, and runs it. */
export async function route(request: ServiceRequest, parts: S3Parts): Promise<ServiceResponse> {
  const { bucket: bucketName, key } = readAddress(request.host, request.rawPath);
  const headers = readHeaders(request);
  const call: ServiceCall = { request, headers, query: request.query };
  if (bucketName === undefined) {
    const operation = choose(serviceRoutes, call, "the service");
    return operation.run(call, parts);
  }
  const named =
    key === undefined && subresource(call) === undefined ? find(bucketNameRoutes, call) : undefined;
  if (named !== undefined) {
    checkRequest(named, call, "a bucket");
    return named.run({ ...call, bucketName }, parts);
  }
  checkBucketOwner(headers, "x-amz-expected-bucket-owner", parts.place);
  if (key === undefined) {
    const operation = choose(bucketRoutes, call, "a bucket");
    return operation.run({ ...call, bucket: findBucket(parts, bucketName) }, parts);
  }
  const operation = choose(objectRoutes, call, "an object");
  return operation.run({ ...call, bucket: findBucket(parts, bucketName), key }, parts);
}

/** Which operation a request is for, by AWS's name. */
export function operationOf(request: ServiceRequest): string | undefined {
  const { bucket, key } = readAddress(request.host, request.rawPath);
  const call: ServiceCall = { request, headers: readHeaders(request), query: request.query };
  if (bucket === undefined) return find(serviceRoutes, call)?.name;
  if (key !== undefined) return find(objectRoutes, call)?.name;
  const named = subresource(call) === undefined ? find(bucketNameRoutes, call) : undefined;
  return (named ?? find(bucketRoutes, call))?.name;
}

function findBucket({ store }: S3Parts, name: string) {
  const bucket = store.buckets.find(name);
  if (bucket === undefined) throw noSuchBucket(name);
  return bucket;
}

function find<Call>(
  routes: readonly Route<Call>[],
  call: ServiceCall,
): Operation<Call> | undefined {
  const { query, headers, request } = call;
  return routes.find(
    ({ method, parameter, copies }) =>
      method === request.method &&
      (parameter === undefined || query.has(parameter)) &&
      (copies === undefined || headers.has("x-amz-copy-source")),
  )?.operation;
}

function choose<Call>(
  routes: readonly Route<Call>[],
  call: ServiceCall,
  of: string,
): Operation<Call> {
  const operation = find(routes, call);
  if (operation === undefined) throw notImplemented(nameOf(call, of, subresource(call)));
  checkRequest(operation, call, of);
  return operation;
}

const subresource = ({ query }: ServiceCall): string | undefined =>
  [...query.keys()].find((name) => !isNoiseParameter(name));

/** What is not there, by the name that AWS has for it. */
function nameOf(call: ServiceCall, of: string, parameter: string | undefined): string {
  const { method } = call.request;
  const where = `${method} on ${of}`;
  if (parameter === undefined) return where;
  return missingOperation(method, of, parameter) ?? `"?${parameter}" with ${where}`;
}

const known = new WeakMap<object, { query: Set<string>; headers: Set<string> }>();

function checkRequest(operation: Operation<never>, call: ServiceCall, of: string): void {
  let { query, headers } = known.get(operation) ?? {};
  if (query === undefined || headers === undefined) {
    query = new Set(operation.query);
    headers = new Set(operation.headers);
    known.set(operation, { query, headers });
  }
  const unknown = unknownParameter(call.query, query);
  if (unknown !== undefined) throw notImplemented(nameOf(call, of, unknown));
  checkHeaders(call.headers, headers, operation.name);
}
