import { Readable } from "node:stream";
import { type Json, TaskFailedError } from "@darkroom/states";
import { hostId } from "../../../s3/identity.ts";
import { notImplemented } from "../../../s3/s3-error.ts";
import type { ServiceResponse } from "../../../service.ts";
import { requireService } from "../call-service.ts";
import { inProcessRequest } from "../in-process-request.ts";
import { responseText } from "./response-text.ts";
import { type S3Action, s3Actions } from "./s3-actions.ts";
import { readS3Headers } from "./s3-headers.ts";
import { s3Request } from "./s3-request.ts";
import { readS3Xml } from "./s3-xml.ts";
import type { SdkService } from "./sdk-service.ts";

/** The errors that the SDK has classes for. */
const modelled = new Set([
  "BucketAlreadyExists",
  "BucketAlreadyOwnedByYou",
  "InvalidObjectState",
  "NoSuchBucket",
  "NoSuchKey",
  "NoSuchUpload",
  "ObjectAlreadyInActiveTierError",
  "ObjectNotInActiveTierError",
]);

export const s3: SdkService = {
  signingName: "s3",
  errors: { service: "S3", general: "S3Exception", isModelled: (code) => modelled.has(code) },
  extendedRequestId: hostId,
  actions: new Set(Object.keys(s3Actions)),
  async call(name, { host, call, parameters }) {
    const action = s3Actions[name];
    if (action === undefined) throw notImplemented(name);
    const request = inProcessRequest(s3Request(name, parameters), call);
    return readResult(action, await requireService(host.services, "s3").handle(request));
  },
};

async function readResult({ method, result }: S3Action, response: ServiceResponse): Promise<Json> {
  const ofObject = result === "object" || method === "HEAD";
  const headers = readS3Headers(response.headers, ofObject);
  if (result === "headers") return headers;
  if (result === "object") refuseLarge(response);
  const text = await responseText(response);
  if (result === "object") return { ...headers, Body: text };
  if (result === "xml") return { ...headers, ...readS3Xml(text) };
  return "xml" in result
    ? { ...headers, [result.xml]: readS3Xml(text) }
    : { ...headers, [result.text]: text };
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: what a task gives, as JSON. */
const maximumResultBytes = 256 * 1024;

/** An object that can be no task's result is not read. */
function refuseLarge({ headers, body }: ServiceResponse): void {
  if (Number(headers["content-length"]) <= maximumResultBytes) return;
  if (body instanceof Readable) body.destroy();
  throw new TaskFailedError(
    "States.DataLimitExceeded",
    "The state/task 'aws-sdk:s3' returned a result with a size exceeding the maximum number of bytes service limit.",
  );
}
