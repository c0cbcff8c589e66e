import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";
import { request as secureRequest } from "node:https";
import type { S3Client } from "@aws-sdk/client-s3";
import { Hash } from "@smithy/hash-node";
import { SignatureV4 } from "@smithy/signature-v4";

/** An upload in chunks, each with a signature of its own: SDKs of other languages send it where there is no TLS. */
export interface SignedUpload {
  readonly url: URL;
  readonly region: string;
  readonly chunks: readonly Uint8Array[];
  /** What the body is said to be long, when that is not the truth. */
  readonly declaredLength?: number;
  readonly trailer?: { readonly name: string; readonly value: string };
  /** Changes the bytes of a chunk after they were signed. */
  readonly spoil?: "chunk" | "trailer";
}

const sha256 = (data: string | Uint8Array): string =>
  createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Uint8Array, data: string): Buffer =>
  createHmac("sha256", key).update(data).digest();

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html, and sigv4-streaming-trailers.html */
export async function signedUpload(
  s3: S3Client,
  upload: SignedUpload,
): Promise<{ status: number; text: string }> {
  const { url, region, chunks, trailer, spoil } = upload;
  const credentials = await s3.config.credentials();
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const signer = new SignatureV4({
    service: "s3",
    region,
    credentials,
    sha256: Hash.bind(null, "sha256"),
    uriEscapePath: false,
  });
  const signed = await signer.sign({
    method: "PUT",
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: {
      host: url.host,
      "content-encoding": "aws-chunked",
      "x-amz-content-sha256": `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer === undefined ? "" : "-TRAILER"}`,
      "x-amz-decoded-content-length": String(upload.declaredLength ?? length),
      ...(trailer === undefined ? {} : { "x-amz-trailer": trailer.name }),
    },
  });
  const amzDate = signed.headers["x-amz-date"] ?? "";
  const scope = `${amzDate.slice(0, 8)}/${region}/s3/aws4_request`;
  const key = scope
    .split("/")
    .reduce<string | Buffer>(
      (parent, part) => hmac(parent, part),
      `AWS4${credentials.secretAccessKey}`,
    );
  let previous = /Signature=(\w+)/.exec(signed.headers.authorization ?? "")?.[1] ?? "";
  const sign = (kind: string, ...lines: string[]): string => {
    const text = [`AWS4-HMAC-SHA256-${kind}`, amzDate, scope, previous, ...lines].join("\n");
    previous = hmac(key, text).toString("hex");
    return previous;
  };
  const body: (string | Uint8Array)[] = [];
  for (const chunk of [...chunks, new Uint8Array()]) {
    const signature = sign("PAYLOAD", sha256(""), sha256(chunk));
    const spoiled = spoil === "chunk" && chunk.length > 0;
    body.push(`${chunk.length.toString(16)};chunk-signature=${signature}\r\n`);
    if (chunk.length > 0) body.push(spoiled ? Buffer.alloc(chunk.length, "!") : chunk, "\r\n");
  }
  if (trailer !== undefined) {
    const line = `${trailer.name}:${trailer.value}`;
    const signature = sign("TRAILER", sha256(`${line}\n`));
    const sent =
      spoil === "trailer" ? signature.replace(/^./, (c) => (c === "0" ? "1" : "0")) : signature;
    body.push(`${line}\r\n`, `x-amz-trailer-signature:${sent}\r\n`);
  }
  body.push("\r\n");
  const bytes = Buffer.concat(body.map((part) => Buffer.from(part)));
  return new Promise((resolve, reject) => {
    const make = url.protocol === "https:" ? secureRequest : request;
    const put = make(
      url,
      { method: "PUT", headers: { ...signed.headers, "content-length": bytes.length } },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    put.once("error", reject);
    put.end(bytes);
  });
}
