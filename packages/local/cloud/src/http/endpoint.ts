import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AwsError, operationNotSupported } from "../aws-error.ts";
import type { Caller } from "../caller.ts";
import type { Credentials } from "../credentials.ts";
import type { Authorize, Service, ServiceRequest, ServiceResponse } from "../service.ts";
import { type Authorization, readAuthorization } from "../sigv4/authorization.ts";
import { type SignedRequest, sha256Hex, signingKey } from "../sigv4/canonical-request.ts";
import { decodeChunkedPayload } from "../sigv4/chunked-payload.ts";
import { verifySignature } from "../sigv4/verify.ts";
import { jsonService } from "./json-service.ts";
import { readAll, verifiedBody } from "./payload.ts";

/** Requests of services other than S3 are read whole before their signature is known. */
const maximumSignedBodyBytes = 17 * 1024 * 1024;

export interface EndpointOptions {
  readonly services: readonly Service[];
  readonly credentials: Credentials;
  readonly authorizeAs: (caller: Caller) => Authorize;
  /** An operation failed with something that is no AwsError: a fault of ours. */
  readonly onFault: (error: unknown, where: string) => void;
}

/**
 * The one HTTP endpoint of the local cloud.
 * Which service a request is for is what it was signed for; who makes it follows from the key.
 */
export function createEndpoint(options: EndpointOptions): Server {
  const services = new Map(options.services.map((service) => [service.name, service]));
  const s3 = services.get("s3");
  const server = createServer({ maxHeaderSize: 32 * 1024, keepAliveTimeout: 30_000 });
  server.on("request", (message, response) => {
    void answer(message, response, options, services, s3);
  });
  return server;
}

/** One for all: an error of its own for each request would cost as much as the rest of a small one. */
const answered = new Error("The client has its answer, or has gone.");

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  options: EndpointOptions,
  services: ReadonlyMap<string, Service>,
  s3: Service | undefined,
): Promise<void> {
  const requestId = randomUUID();
  const url = message.url ?? "/";
  const queryStart = url.indexOf("?");
  const rawPath = queryStart < 0 ? url : url.slice(0, queryStart);
  const failed = { requestId, rawPath, headers: message.headers };
  let service = s3;
  try {
    const request: SignedRequest = {
      method: message.method ?? "GET",
      rawPath: checkedPath(rawPath),
      query: new URLSearchParams(queryStart < 0 ? "" : url.slice(queryStart)),
      headers: message.headers,
    };
    const host = checkedHost(message);
    const authorization = readAuthorization(request);
    if (authorization !== undefined && authorization !== "malformed") {
      const { service: name } = authorization.scope;
      service = services.get(name) ?? missingService(name);
    }
    if (service === undefined) throw operationNotSupported("s3", `${request.method} ${rawPath}`);
    const verified = await authenticate(message, request, authorization, options.credentials);
    const gone = new AbortController();
    response.once("close", () => gone.abort(answered));
    const result = await service.handle({
      ...request,
      ...verified,
      host,
      requestId,
      authorize: options.authorizeAs(verified.caller),
      signal: gone.signal,
    });
    await send(response, result, requestId, service);
  } catch (error) {
    if (response.headersSent) {
      if (!isDisconnect(error)) options.onFault(error, `${message.method} ${rawPath}`);
      response.destroy();
      return;
    }
    const failure = asFailure(error);
    if (failure.status >= 500 && !(error instanceof AwsError) && !isDisconnect(error)) {
      options.onFault(error, `${message.method} ${rawPath}`);
    }
    const result = (service ?? s3)?.errorResponse(failure, failed) ?? {
      status: failure.status,
      headers: { "content-type": "text/plain" },
      body: failure.message,
    };
    // A body that nobody will read any more must not be mistaken for the next request.
    if (!message.complete) response.setHeader("connection", "close");
    await send(response, result, requestId, service).catch(() => response.destroy());
  }
}

/** Answers for a service that isn't there: in JSON, which most of AWS speaks, naming the operation where that can be seen. */
function missingService(name: string): Service {
  const json = jsonService({ name, jsonVersion: "1.1", operations: {} });
  return {
    ...json,
    async handle(request) {
      if (request.headers["x-amz-target"] !== undefined) return json.handle(request);
      throw operationNotSupported(name, `${request.method} ${request.rawPath}`);
    },
  };
}

function asFailure(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof URIError) {
    return new AwsError("InvalidURI", "The request's path is not percent-encoded as it should be.");
  }
  return new AwsError("InternalFailure", "The local cloud failed; see its log.", {
    status: 500,
    cause: error,
  });
}

const isDisconnect = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ECONNRESET" || error.code === "ERR_STREAM_PREMATURE_CLOSE");

/** A page in a browser that points a name of its own at 127.0.0.1 must get nothing: DNS rebinding. */
function checkedHost(message: IncomingMessage): string {
  const host = (message.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  if (host === "127.0.0.1" || host === "localhost" || host.endsWith(".localhost")) return host;
  throw new AwsError("InvalidRequest", `The Host header "${host}" is not this machine's.`, {
    status: 403,
  });
}

function checkedPath(rawPath: string): string {
  if (!rawPath.startsWith("/")) {
    throw new AwsError("InvalidURI", "The request's path does not start with a slash.");
  }
  decodeURIComponent(rawPath);
  return rawPath;
}

type Verified = Pick<ServiceRequest, "body" | "readBody" | "caller" | "trailers">;

async function authenticate(
  message: IncomingMessage,
  request: SignedRequest,
  authorization: Authorization | undefined | "malformed",
  credentials: Credentials,
): Promise<Verified> {
  if (authorization === "malformed") {
    throw new AwsError(
      "AuthorizationHeaderMalformed",
      "The authorization can't be read: it is not AWS Signature Version 4.",
    );
  }
  if (authorization === undefined) {
    throw new AwsError("AccessDenied", "Access Denied: the request is not signed.", {
      status: 403,
    });
  }
  const key = credentials.find(authorization.accessKeyId);
  const declared = message.headers["x-amz-content-sha256"];
  if (authorization.scope.service !== "s3") {
    const body = await readAll(message, maximumSignedBodyBytes);
    verifySignature(request, authorization, key, sha256Hex(body), Date.now());
    return { ...known(key), ...wholeBody(body) };
  }
  const payloadHash = authorization.presigned
    ? "UNSIGNED-PAYLOAD"
    : typeof declared === "string"
      ? declared
      : sha256Hex("");
  verifySignature(request, authorization, key, payloadHash, Date.now());
  return { ...known(key), ...streamedBody(message, authorization, payloadHash, key) };
}

/** After verifySignature there is a key; this says so to the compiler. */
function known(key: ReturnType<Credentials["find"]>): { caller: Caller } {
  if (key === undefined) throw new Error("verifySignature lets no unknown key pass");
  return { caller: key.caller };
}

function wholeBody(body: Buffer): Omit<Verified, "caller"> {
  return {
    body: Readable.from([body], { objectMode: false }),
    trailers: new Map(),
    readBody: (limit) => readAll(Readable.from([body]), limit),
  };
}

function streamedBody(
  message: IncomingMessage,
  authorization: Authorization,
  payloadHash: string,
  key: { readonly secretAccessKey: string } | undefined,
): Omit<Verified, "caller"> {
  const trailers = new Map<string, string>();
  const body = unframed(message, authorization, payloadHash, trailers, key?.secretAccessKey ?? "");
  return { body, trailers, readBody: (limit) => readAll(body, limit) };
}

function unframed(
  message: IncomingMessage,
  authorization: Authorization,
  payloadHash: string,
  trailers: Map<string, string>,
  secret: string,
): Readable {
  if (payloadHash === "UNSIGNED-PAYLOAD") return message;
  if (/^[0-9a-f]{64}$/.test(payloadHash)) return verifiedBody(message, payloadHash);
  if (payloadHash === "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    return Readable.from(decodeChunkedPayload(message, trailers), { objectMode: false });
  }
  if (
    payloadHash === "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" ||
    payloadHash === "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
  ) {
    const signing = {
      key: signingKey(secret, authorization.scope),
      amzDate: authorization.amzDate,
      scope: authorization.scope,
      seedSignature: authorization.signature,
    };
    return Readable.from(decodeChunkedPayload(message, trailers, signing), { objectMode: false });
  }
  throw new AwsError("InvalidArgument", `x-amz-content-sha256 "${payloadHash}" is not supported.`);
}

async function send(
  response: ServerResponse,
  result: ServiceResponse,
  requestId: string,
  service: Service | undefined,
): Promise<void> {
  response.writeHead(result.status, {
    [service?.name === "s3" ? "x-amz-request-id" : "x-amzn-requestid"]: requestId,
    ...(typeof result.body === "string"
      ? { "content-length": Buffer.byteLength(result.body) }
      : {}),
    ...(result.body instanceof Uint8Array ? { "content-length": result.body.length } : {}),
    ...result.headers,
  });
  if (result.body instanceof Readable) {
    await pipeline(result.body, response);
    return;
  }
  response.end(result.body);
}
