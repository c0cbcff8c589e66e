import { createHash } from "node:crypto";
import { Agent, type IncomingMessage, request } from "node:http";
import {
  canonicalRequest,
  hmac,
  sha256Hex,
  signingKey,
  stringToSign,
} from "../src/sigv4/canonical-request.ts";
import type { ServerAddress } from "./server-process.ts";

export interface BenchRequest {
  readonly method: string;
  /** Percent-encoded. */
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** SHA-256 of the body in hex, where it was made before: a client that sends one body many times does it once. */
  readonly bodyHash?: string;
}

export interface SigningClient {
  /** The body as text. @throws Error for a status other than 200 and 204 */
  text(request: BenchRequest): Promise<string>;
  /** Reads the body to its end. @returns how many bytes it had */
  drain(request: BenchRequest): Promise<number>;
  close(): void;
}

const emptyHash = createHash("sha256").digest("hex");

/**
 * Signs as an SDK does (SigV4, over host, date, payload hash and all headers given) and sends by node:http over
 * kept-alive connections. It is not an SDK on purpose: an SDK takes about a millisecond for a request, more than any of
 * these servers does, so that on two cores one would mostly measure the SDK, and all ratios would lean towards 1.
 */
export function createSigningClient(
  { port, accessKeyId, secretAccessKey }: ServerAddress,
  service: "s3" | "sqs" | "dynamodb",
): SigningClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const host = `127.0.0.1:${port}`;

  function signed(one: BenchRequest): Record<string, string> {
    const { body = "", query = new URLSearchParams() } = one;
    const bodyHash = one.bodyHash ?? (body.length === 0 ? emptyHash : sha256Hex(body));
    const amzDate = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
    const headers: Record<string, string> = {
      ...one.headers,
      host,
      "x-amz-content-sha256": bodyHash,
      "x-amz-date": amzDate,
    };
    const names = Object.keys(headers).sort();
    const scope = { date: amzDate.slice(0, 8), region: "us-east-1", service };
    const canonical = canonicalRequest(
      { method: one.method, rawPath: one.path, query, headers },
      service,
      names,
      bodyHash,
    );
    const signature = hmac(
      signingKey(secretAccessKey, scope),
      stringToSign(amzDate, scope, canonical),
    ).toString("hex");
    const credential = `${accessKeyId}/${scope.date}/${scope.region}/${service}/aws4_request`;
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
    headers["content-length"] = String(Buffer.byteLength(body));
    return headers;
  }

  const send = (one: BenchRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const query = one.query?.toString();
      request(
        {
          agent,
          host: "127.0.0.1",
          port,
          method: one.method,
          path: query === undefined ? one.path : `${one.path}?${query}`,
          headers: signed(one),
        },
        resolve,
      )
        .on("error", reject)
        .end(one.body);
    });

  const read = (
    answer: IncomingMessage,
    one: BenchRequest,
    onData: (chunk: Buffer) => void,
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      const { statusCode } = answer;
      answer
        .on("data", onData)
        .on("error", reject)
        .on("end", () => {
          if (statusCode === 200 || statusCode === 204) resolve();
          else reject(new Error(`${one.method} ${one.path} on ${host} answered ${statusCode}`));
        });
    });

  return {
    async text(one) {
      const chunks: Buffer[] = [];
      try {
        await read(await send(one), one, (chunk) => chunks.push(chunk));
      } catch (error) {
        const said = Buffer.concat(chunks).toString("utf8").slice(0, 300);
        throw new Error(`${(error as Error).message}: ${said}`, { cause: error });
      }
      return Buffer.concat(chunks).toString("utf8");
    },
    async drain(one) {
      let bytes = 0;
      await read(await send(one), one, (chunk) => {
        bytes += chunk.length;
      });
      return bytes;
    },
    close: () => agent.destroy(),
  };
}
