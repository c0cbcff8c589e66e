import { Readable } from "node:stream";
import { refuseAbove } from "../../http/payload.ts";
import type { Call, ServiceRequest } from "../../service.ts";

/** A request to a service that speaks HTTP, without the HTTP: nothing to sign, and no socket between. */
export function inProcessRequest(
  options: {
    method: string;
    /** Percent-encoded. */
    rawPath: string;
    query?: Readonly<Record<string, string>>;
    /** Names in lower case. */
    headers?: Readonly<Record<string, string>>;
    body?: string | Buffer | undefined;
  },
  call: Call,
): ServiceRequest {
  const body = Buffer.from(options.body ?? "");
  return {
    ...call,
    method: options.method,
    rawPath: options.rawPath,
    query: new URLSearchParams(options.query),
    headers: { ...options.headers, "content-length": String(body.length) },
    host: "127.0.0.1",
    get body() {
      return Readable.from(body.length === 0 ? [] : [body], { objectMode: false });
    },
    trailers: new Map(),
    async readBody(limit) {
      refuseAbove(limit, body.length);
      return body;
    },
  };
}
