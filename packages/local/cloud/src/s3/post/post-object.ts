import { Readable } from "node:stream";
import { readAll } from "../../http/payload.ts";
import type { ServiceRequest, ServiceResponse, UnsignedRequest } from "../../service.ts";
import { verifyPolicy } from "../../sigv4/post-policy.ts";
import { checkKey } from "../address.ts";
import { quoted } from "../object-headers.ts";
import type { ObjectCall, S3Parts } from "../operation.ts";
import { putObject, writtenHeaders } from "../operations/put-object.ts";
import { checkHeaders, checkHeaderText } from "../request-headers.ts";
import { invalidArgument, noSuchBucket, S3Error } from "../s3-error.ts";
import { checkTags, type Tag, taggingDocument } from "../tags.ts";
import { uploadObject } from "../upload-object.ts";
import { parseXml, writePlainXml } from "../xml.ts";
import { emptyResponse, xmlHeaders } from "../xml-response.ts";
import { readBoundary, readForm } from "./form-data.ts";
import { checkPolicy, readPolicy } from "./policy.ts";

/** An upload by a form, with the rights of whoever signed its policy; https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html */
export async function postObject(
  request: UnsignedRequest,
  bucketName: string,
  parts: S3Parts,
): Promise<ServiceResponse> {
  const bucket = parts.store.buckets.find(bucketName);
  if (bucket === undefined) throw noSuchBucket(bucketName);
  const boundary = readBoundary(request.headers["content-type"]);
  if (boundary === undefined) throw notAForm();
  const form = await readForm(request.body, boundary);
  const fields = withFilename(form.fields, form.filename);
  const base64 = fields.get("policy");
  if (base64 === undefined) throw new S3Error("AccessDenied", "Access Denied", { status: 403 });
  const { caller } = verifyPolicy(
    base64,
    {
      algorithm: required(fields, "x-amz-algorithm"),
      credential: required(fields, "x-amz-credential"),
      signature: required(fields, "x-amz-signature"),
      securityToken: fields.get("x-amz-security-token"),
    },
    request.findKey,
  );
  const policy = readPolicy(base64);
  checkPolicy(policy, fields, bucketName, parts.clock.now());
  const key = required(fields, "key");
  checkKey(key);
  const body = Readable.from(form.file, { objectMode: false });
  const call = objectCall({ ...request, body }, fields, caller);
  const written = await uploadObject({ ...call, bucket, key }, parts, {
    body,
    trailers: new Map(),
    size: undefined,
    ...(policy.minimumSize === undefined ? {} : { minimumSize: policy.minimumSize }),
    ...(policy.maximumSize === undefined ? {} : { maximumSize: policy.maximumSize }),
    tags: readTags(fields.get("tagging")),
    event: "ObjectCreated:Post",
  });
  return answer(fields, writtenHeaders(written), {
    Location: `http://${request.headers.host}/${bucketName}/${encodeURIComponent(key)}`,
    Bucket: bucketName,
    Key: key,
    ETag: quoted(written.version.etag),
  });
}

/** Every field may have the name of the file in it. */
function withFilename(
  fields: ReadonlyMap<string, string>,
  filename: string,
): ReadonlyMap<string, string> {
  const variable = "${filename}";
  return new Map([...fields].map(([name, value]) => [name, value.replaceAll(variable, filename)]));
}

function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name);
  if (value !== undefined && value !== "") return value;
  throw invalidArgument(
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    name,
    "",
  );
}

/** Fields that are sent as headers otherwise. */
const headerFields = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-md5",
  "content-type",
  "expires",
];

const signatureFields = new Set([
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-signature",
  "x-amz-security-token",
]);

/** The same call as a PUT with the fields as its headers. Fields that S3 doesn't know are the page's own. */
function objectCall(
  request: UnsignedRequest & { readonly body: Readable },
  fields: ReadonlyMap<string, string>,
  caller: ServiceRequest["caller"],
): Pick<ObjectCall, "request" | "headers" | "query"> {
  const headers = new Map<string, string>();
  for (const [name, value] of fields) {
    if (signatureFields.has(name)) continue;
    const header = name === "acl" ? "x-amz-acl" : name;
    if (!headerFields.includes(name) && !header.startsWith("x-amz-")) continue;
    // Headers are bytes that node takes as Latin-1; a form is UTF-8.
    const text = Buffer.from(value, "utf8").toString("latin1");
    headers.set(header, checkHeaderText(name, text));
  }
  checkHeaders(headers, new Set(putObject.headers), "PostObject");
  const { findKey: _, authorizeAs, ...rest } = request;
  return {
    headers,
    query: request.query,
    request: {
      ...rest,
      trailers: new Map(),
      readBody: (limit) => readAll(request.body, limit),
      caller,
      authorize: authorizeAs(caller),
    },
  };
}

const readTags = (document: string | undefined): Tag[] =>
  document === undefined ? [] : checkTags(parseXml(document, "Tagging", taggingDocument).TagSet);

/** A form goes on to a page of its own choice, or gets the status that it asked for. */
function answer(
  fields: ReadonlyMap<string, string>,
  headers: Record<string, string>,
  object: { Location: string; Bucket: string; Key: string; ETag: string },
): ServiceResponse {
  const redirect = fields.get("success_action_redirect") ?? fields.get("redirect");
  if (redirect !== undefined && URL.canParse(redirect)) {
    const location = new URL(redirect);
    location.searchParams.set("bucket", object.Bucket);
    location.searchParams.set("key", object.Key);
    location.searchParams.set("etag", object.ETag);
    return {
      status: 303,
      headers: { ...headers, location: location.href, "content-length": "0" },
    };
  }
  const located = { ...headers, location: object.Location };
  const status = fields.get("success_action_status");
  if (status === "201") {
    return {
      status: 201,
      headers: { ...located, ...xmlHeaders },
      body: writePlainXml("PostResponse", object),
    };
  }
  return emptyResponse(status === "200" ? 200 : 204, located);
}

const notAForm = (): S3Error =>
  new S3Error(
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
    {
      status: 412,
      fields: { Condition: "Bucket POST must be of the enclosure-type multipart/form-data" },
    },
  );
