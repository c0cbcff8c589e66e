import { type JsonObject, sorted } from "./json-value.ts";

/** What the optimized integrations tell of the response, beside its members. */
interface SdkMetadata {
  readonly SdkHttpMetadata: JsonObject;
  readonly SdkResponseMetadata: { readonly RequestId: string };
}

/** @param options.headers of this service alone, as it writes their names */
export function sdkMetadata(options: {
  requestId: string;
  now: number;
  status?: number;
  /** The response's body, which the caller has not seen as such. */
  body: string;
  contentType: string;
  headers?: Readonly<Record<string, string>>;
}): SdkMetadata {
  const headers = {
    ...options.headers,
    "Content-Length": String(Buffer.byteLength(options.body)),
    "Content-Type": options.contentType,
    Date: new Date(options.now).toUTCString(),
    "x-amzn-RequestId": options.requestId,
  };
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, [value]]),
      ),
      HttpHeaders: sorted(headers),
      HttpStatusCode: options.status ?? 200,
    },
    SdkResponseMetadata: { RequestId: options.requestId },
  };
}
