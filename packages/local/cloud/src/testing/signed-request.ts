import { Hash } from "@smithy/hash-node";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AccessKey } from "../credentials.ts";
import type { TestEndpoint } from "./test-endpoint.ts";

export interface RequestExample {
  readonly service: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly credentials?: AccessKey;
  readonly signingDate?: Date;
}

interface SignedExample {
  /** Request line and headers, with the empty line. */
  readonly head: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly target: string;
}

/** A request as it goes over the wire, signed by another implementation than ours. */
export async function signRequest(
  client: TestEndpoint["client"],
  example: RequestExample,
): Promise<SignedExample> {
  const { service, method = "POST", path = "/", query = {}, body } = example;
  const signer = new SignatureV4({
    service,
    region: client.region,
    credentials: example.credentials ?? client.credentials,
    sha256: Hash.bind(null, "sha256"),
    uriEscapePath: service !== "s3",
    applyChecksum: true,
  });
  const url = new URL(client.endpoint);
  const { headers } = await signer.sign(
    {
      method,
      protocol: "http:",
      hostname: url.hostname,
      path,
      query: { ...query },
      headers: {
        host: url.host,
        ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
        ...example.headers,
      },
      ...(body === undefined ? {} : { body }),
    },
    example.signingDate === undefined ? {} : { signingDate: example.signingDate },
  );
  const search = new URLSearchParams({ ...query }).toString().replaceAll("+", "%20");
  const target = search === "" ? path : `${path}?${search}`;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return { head: `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`, headers, target };
}
