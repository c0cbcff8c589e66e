import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { AwsError } from "../aws-error.ts";
import type { Caller } from "../caller.ts";
import type { Credentials } from "../credentials.ts";
import type { ServiceRequest } from "../service.ts";
import type { Authorization } from "../sigv4/authorization.ts";
import { type SignedRequest, sha256Hex, signingKey } from "../sigv4/canonical-request.ts";
import { decodeChunkedPayload } from "../sigv4/chunked-payload.ts";
import { checkBeforeBody, verifySignature } from "../sigv4/verify.ts";
import { hashMismatch, readAll, readMessage, refuseAbove, verifiedBody } from "./payload.ts";

/** Requests of services other than S3 are read whole before their signature is known. */
const maximumSignedBodyBytes = 17 * 1024 * 1024;

const emptyHash = sha256Hex("");
const nothing = Buffer.alloc(0);

/** The payload of a request, and who signed it. */
export type Authenticated = Pick<ServiceRequest, "body" | "readBody" | "trailers"> & {
  readonly caller: Caller;
};

/**
 * Checks the signature of a request.
 * S3's bodies are checked while they are read, since they may be large; those of other services now.
 * @param wantBody called before the body is read
 */
export async function authenticate(
  message: IncomingMessage,
  request: SignedRequest,
  authorization: Authorization,
  credentials: Credentials,
  wantBody: () => void,
): Promise<Authenticated> {
  const nowMs = Date.now();
  const key = credentials.find(authorization.accessKeyId);
  // Before anything is read for somebody who has no key.
  checkBeforeBody(request, authorization, key, nowMs);
  if (authorization.scope.service !== "s3") {
    const body = await readSigned(message, wantBody);
    verifySignature(request, authorization, key, sha256Hex(body));
    return { caller: key.caller, ...wholeBody(body) };
  }
  const declared = request.headers["x-amz-content-sha256"];
  const payloadHash = authorization.presigned
    ? "UNSIGNED-PAYLOAD"
    : typeof declared === "string"
      ? declared
      : emptyHash;
  verifySignature(request, authorization, key, payloadHash);
  if (!hasBody(message) && !payloadHash.startsWith("STREAMING-")) {
    if (payloadHash !== emptyHash && payloadHash !== "UNSIGNED-PAYLOAD") throw hashMismatch();
    return { caller: key.caller, ...wholeBody(nothing) };
  }
  const trailers = new Map<string, string>();
  const secret = key.secretAccessKey;
  const read = (): Readable => {
    wantBody();
    return unframed(message, authorization, payloadHash, trailers, secret);
  };
  let body: Readable | undefined;
  return {
    caller: key.caller,
    get body() {
      body ??= read();
      return body;
    },
    trailers,
    readBody(limit) {
      body ??= read();
      return readAll(body, limit);
    },
  };
}

async function readSigned(message: IncomingMessage, wantBody: () => void): Promise<Buffer> {
  if (!hasBody(message)) return nothing;
  refuseAbove(maximumSignedBodyBytes, Number(message.headers["content-length"] ?? 0));
  wantBody();
  return readMessage(message, maximumSignedBodyBytes);
}

/** RFC 9112, section 6.3: without either header a request has no body. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";

const noTrailers: ReadonlyMap<string, string> = new Map();

function wholeBody(body: Buffer): Omit<Authenticated, "caller"> {
  return {
    // Most requests of this kind are never read as a stream, and to make one costs.
    get body() {
      return Readable.from(body.length === 0 ? [] : [body], { objectMode: false });
    },
    trailers: noTrailers,
    async readBody(limit) {
      refuseAbove(limit, body.length);
      return body;
    },
  };
}

function unframed(
  message: IncomingMessage,
  authorization: Authorization,
  payloadHash: string,
  trailers: Map<string, string>,
  secret: string,
): Readable {
  // A reader that gives up must leave the connection, on which it is to be told why.
  const source: AsyncIterable<Buffer> = message.iterator({ destroyOnReturn: false });
  if (payloadHash === "UNSIGNED-PAYLOAD") return Readable.from(source, { objectMode: false });
  if (/^[0-9a-f]{64}$/.test(payloadHash)) return verifiedBody(source, payloadHash);
  if (payloadHash === "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    return Readable.from(decodeChunkedPayload(source, trailers), { objectMode: false });
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
    return Readable.from(decodeChunkedPayload(source, trailers, signing), { objectMode: false });
  }
  throw new AwsError("InvalidArgument", `x-amz-content-sha256 "${payloadHash}" is not supported.`);
}
