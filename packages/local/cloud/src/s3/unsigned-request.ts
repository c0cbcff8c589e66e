import type { Readable } from "node:stream";
import type { Caller } from "../caller.ts";
import type { AccessKey } from "../credentials.ts";
import type { Authorize, ServiceRequest } from "../service.ts";

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
