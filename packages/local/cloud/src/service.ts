import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Caller } from "./caller.ts";
import type { AccessKey } from "./credentials.ts";

/** One signed request, verified and routed, before its service has looked at it. */
export interface ServiceRequest {
  readonly method: string;
  /** Percent-encoded as it came, without the query; for virtual-host addressing the bucket is in `host`. */
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Host name without port. */
  readonly host: string;
  /** The payload with its framing taken off; its declared hashes are checked while it is read, and a mismatch is an error of the stream. */
  readonly body: Readable;
  /** Headers that came after an aws-chunked body, lower case; complete when the body has ended. */
  readonly trailers: ReadonlyMap<string, string>;
  /** Reads the whole body; more than `limit` bytes is an AwsError. */
  readBody(limit: number): Promise<Buffer>;
  readonly requestId: string;
  readonly caller: Caller;
  readonly authorize: Authorize;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/**
 * A request with no signature in its headers or query: a browser's question what a page may do, or a form, which is
 * signed by what is in its body.
 */
export interface UnsignedRequest
  extends Pick<
    ServiceRequest,
    "method" | "rawPath" | "query" | "headers" | "host" | "requestId" | "signal"
  > {
  /** As it comes in. */
  readonly body: Readable;
  readonly findKey: (accessKeyId: string) => (AccessKey & { readonly caller: Caller }) | undefined;
  readonly authorizeAs: (caller: Caller) => Authorize;
}

export interface ServiceResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

/** What answers for one AWS service on the wire. */
export interface Service {
  /** The name that requests are signed for, e.g. `sqs`, `states`. */
  readonly name: string;
  handle(request: ServiceRequest): Promise<ServiceResponse>;
  /** What is not signed as a request; undefined: it should have been. */
  answerUnsigned?(request: UnsignedRequest): Promise<ServiceResponse | undefined>;
  /** Writes an error in the service's protocol, e.g. S3's XML. */
  errorResponse(error: ServiceFailure, request: FailedRequest): ServiceResponse;
}

/** A service that tells its operations apart by name before it runs them. */
export interface NamedService extends Service {
  /** As its API names them, e.g. `UpdateItem`. */
  readonly operations: readonly string[];
  /** The one that a request is for; undefined when it isn't there, which `handle` says. */
  operationOf(request: ServiceRequest): Promise<string | undefined>;
}

/** What is left of a request when it has failed, perhaps before it was routed. */
export interface FailedRequest {
  readonly requestId: string;
  readonly rawPath: string;
  readonly headers: IncomingHttpHeaders;
}

export interface ServiceFailure {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Throws AccessDenied in AWS's words unless the caller may do `action` on `resource`.
 * Every operation calls it before it looks at its data.
 */
export type Authorize = (
  action: string,
  resource: string,
  options?: {
    /** Condition keys beyond the global ones, e.g. `s3:prefix`. */
    readonly context?: Readonly<Record<string, string>>;
    /** The resource's own policy document, as JSON text. */
    readonly resourcePolicy?: string | undefined;
  },
) => void;

/** What an operation of a JSON service knows about its call. */
export interface Call {
  /** The caller is a part of this process and ends with it, as an event source mapping does. */
  readonly inProcess?: true;
  readonly caller: Caller;
  readonly authorize: Authorize;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

/** One operation: takes the parsed JSON input, validates it, answers with the JSON output. */
export type Operation = (input: unknown, call: Call) => unknown;
