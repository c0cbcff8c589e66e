import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { AwsError, operationNotSupported } from "../aws-error.ts";
import type { Caller } from "../caller.ts";
import type { Credentials } from "../credentials.ts";
import type { Authorize, Service, ServiceRequest, UnsignedRequest } from "../service.ts";
import { readAuthorization } from "../sigv4/authorization.ts";
import { isDiskFull } from "../store/database.ts";
import { type Authenticated, authenticate, hasBody } from "./authenticate.ts";
import { boundConnections, type ConnectionLimits, serverLimits } from "./connections.ts";
import {
  headersTooLarge,
  type Incoming,
  maximumS3HeaderBytes,
  rawPathOf,
  readIncoming,
} from "./incoming.ts";
import { jsonService } from "./json-service.ts";
import { respond, respondEarly } from "./respond.ts";

export interface EndpointOptions {
  readonly services: readonly Service[];
  readonly credentials: Credentials;
  readonly authorizeAs: (caller: Caller) => Authorize;
  /** An operation failed with something that is no AwsError: a fault of ours. */
  readonly onFault: (error: unknown, where: string) => void;
  /** For tests, which don't wait that long. */
  readonly limits?: Partial<ConnectionLimits>;
}

/**
 * The one HTTP endpoint of the local cloud.
 * Which service a request is for is what it was signed for; who makes it follows from the key.
 */
export function createEndpoint(options: EndpointOptions): Server {
  const services = new Map(options.services.map((service) => [service.name, service]));
  const s3 = services.get("s3");
  const server = createServer(serverLimits(options.limits));
  boundConnections(server, options.limits);
  server.on("request", (message, response) => {
    void answer(message, response, options, services, s3);
  });
  // Who asks first whether to send a body is told so when the body is wanted.
  server.on("checkContinue", (message, response) => {
    waiting.add(message);
    server.emit("request", message, response);
  });
  return server;
}

const waiting = new WeakSet<IncomingMessage>();

/** To be called before a body is read. */
function wantBody(message: IncomingMessage, response: ServerResponse): void {
  if (waiting.delete(message)) response.writeContinue();
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  options: EndpointOptions,
  services: ReadonlyMap<string, Service>,
  s3: Service | undefined,
): Promise<void> {
  const requestId = randomUUID();
  const rawPath = rawPathOf(message.url ?? "/");
  let service = s3;
  try {
    const incoming = readIncoming(message, rawPath);
    const authorization = readAuthorization(incoming);
    if (authorization === "malformed") {
      throw new AwsError(
        "AuthorizationHeaderMalformed",
        "The authorization can't be read: it is not AWS Signature Version 4.",
      );
    }
    if (authorization === undefined) {
      const request = unsignedRequest(message, response, incoming, requestId, options);
      const result = await s3?.answerUnsigned?.(request);
      if (result !== undefined) {
        await respond(response, result, requestIdHeader(s3), requestId);
        return;
      }
      if (incoming.headers["x-amz-target"] !== undefined) {
        service = missingService("");
        throw new AwsError(
          "MissingAuthenticationTokenException",
          "Request is missing Authentication Token",
        );
      }
      throw new AwsError("AccessDenied", "Access Denied", { status: 403 });
    }
    const { service: name } = authorization.scope;
    service = services.get(name) ?? missingService(name);
    if (service === s3 && incoming.headerBytes > maximumS3HeaderBytes) throw headersTooLarge();
    const authenticated = await authenticate(
      message,
      incoming,
      authorization,
      options.credentials,
      () => wantBody(message, response),
    );
    const authorize = options.authorizeAs(authenticated.caller);
    const request = serviceRequest(incoming, authenticated, authorize, requestId, response);
    await respond(response, await service.handle(request), requestIdHeader(service), requestId);
  } catch (error) {
    if (response.headersSent) {
      if (!isDisconnect(error)) options.onFault(error, `${message.method} ${rawPath}`);
      response.destroy();
      return;
    }
    const failure = asFailure(error);
    const fault = error instanceof AwsError ? error.cause : error;
    if (failure.status >= 500 && fault !== undefined && !isDisconnect(fault)) {
      options.onFault(fault, `${message.method} ${rawPath}`);
    }
    const failed = { requestId, rawPath, headers: message.headers };
    const result = service?.errorResponse(failure, failed) ?? {
      status: failure.status,
      headers: { "content-type": "text/plain" },
      body: failure.message,
    };
    const header = requestIdHeader(service);
    await (hasBody(message) && !message.complete && !message.destroyed
      ? respondEarly(message, response, result, header, requestId)
      : respond(response, result, header, requestId)
    ).catch(() => response.destroy());
  }
}

const requestIdHeader = (service: Service | undefined): string =>
  service?.name === "s3" ? "x-amz-request-id" : "x-amzn-requestid";

/** One for all: an error of its own for each request would cost as much as the rest of a small one. */
const answered = new Error("The client has its answer, or has gone.");

function serviceRequest(
  incoming: Incoming,
  verified: Authenticated,
  authorize: Authorize,
  requestId: string,
  response: ServerResponse,
): ServiceRequest {
  const signal = goneSignal(response);
  return {
    method: incoming.method,
    rawPath: incoming.rawPath,
    query: incoming.query,
    headers: incoming.headers,
    host: incoming.host,
    get body() {
      return verified.body;
    },
    trailers: verified.trailers,
    readBody: verified.readBody,
    requestId,
    caller: verified.caller,
    authorize,
    get signal() {
      return signal();
    },
  };
}

/** A signal that is made when somebody asks for it: few operations wait for anything. */
function goneSignal(response: ServerResponse): () => AbortSignal {
  let gone: AbortController | undefined;
  return () => {
    if (gone !== undefined) return gone.signal;
    const controller = new AbortController();
    gone = controller;
    if (response.closed) controller.abort(answered);
    else response.once("close", () => controller.abort(answered));
    return controller.signal;
  };
}

function unsignedRequest(
  message: IncomingMessage,
  response: ServerResponse,
  incoming: Incoming,
  requestId: string,
  { credentials, authorizeAs }: EndpointOptions,
): UnsignedRequest {
  const signal = goneSignal(response);
  let body: Readable | undefined;
  return {
    ...incoming,
    requestId,
    get body() {
      if (body === undefined) {
        wantBody(message, response);
        body = Readable.from(message.iterator({ destroyOnReturn: false }), { objectMode: false });
      }
      return body;
    },
    get signal() {
      return signal();
    },
    findKey: credentials.find,
    authorizeAs,
  };
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

/** What an operation threw as the error that its caller is told. */
export function asFailure(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof URIError) {
    return new AwsError("InvalidURI", "The request's path is not percent-encoded as it should be.");
  }
  if (isDiskFull(error)) {
    return new AwsError(
      "ServiceUnavailable",
      "The disk that holds the data folder is full: make space and try again. Nothing was changed.",
      { status: 503, cause: error },
    );
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
