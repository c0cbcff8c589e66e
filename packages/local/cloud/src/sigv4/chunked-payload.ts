import { createHash, type KeyObject, timingSafeEqual } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import { type CredentialScope, hmac, sha256Hex } from "./canonical-request.ts";

/** How the chunks of an aws-chunked body are signed; each signature covers the one before. */
export interface ChunkSigning {
  readonly key: KeyObject;
  readonly amzDate: string;
  readonly scope: CredentialScope;
  readonly seedSignature: string;
}

const maximumLineBytes = 8 * 1024;

/**
 * Takes the framing off an aws-chunked body
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html) and checks chunk signatures when there are any.
 * Trailing headers, such as checksums, are in `trailers` when the body has ended. A body that fails never comes to its end:
 * what was read of it until then must count for nothing.
 */
export async function* decodeChunkedPayload(
  source: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
  signing?: ChunkSigning,
): AsyncGenerator<Buffer> {
  const reader = new ChunkReader(source);
  let previousSignature = signing?.seedSignature ?? "";
  for (;;) {
    const line = await reader.line();
    const semicolon = line.indexOf(";");
    const sizeText = semicolon < 0 ? line : line.slice(0, semicolon);
    const extension = semicolon < 0 ? "" : line.slice(semicolon + 1);
    if (!/^[0-9a-fA-F]{1,8}$/.test(sizeText)) throw malformed(`bad chunk size "${sizeText}"`);
    const size = Number.parseInt(sizeText, 16);
    const hash = signing === undefined ? undefined : createHash("sha256");
    let left = size;
    while (left > 0) {
      // A wrong chunk is known only at its end; until then its data is on the way to a reader who waits for the end of all.
      const data = await reader.some(left);
      left -= data.length;
      hash?.update(data);
      yield data;
    }
    if (signing !== undefined && hash !== undefined) {
      previousSignature = verifyChunk(hash.digest("hex"), extension, previousSignature, signing);
    }
    if (size === 0) break;
    if ((await reader.line()) !== "") throw malformed("a chunk is longer than it says");
  }
  await readTrailers(reader, trailers, previousSignature, signing);
  await reader.end();
}

function verifyChunk(
  dataHash: string,
  extension: string,
  previousSignature: string,
  signing: ChunkSigning,
): string {
  const given = /^chunk-signature=([0-9a-f]{64})$/.exec(extension)?.[1];
  const { date, region, service } = signing.scope;
  const expected = hmac(
    signing.key,
    [
      "AWS4-HMAC-SHA256-PAYLOAD",
      signing.amzDate,
      `${date}/${region}/${service}/aws4_request`,
      previousSignature,
      sha256Hex(""),
      dataHash,
    ].join("\n"),
  );
  return sameSignature(given, expected);
}

async function readTrailers(
  reader: ChunkReader,
  trailers: Map<string, string>,
  previousSignature: string,
  signing: ChunkSigning | undefined,
): Promise<void> {
  let canonical = "";
  let trailerSignature: string | undefined;
  for (;;) {
    const line = await reader.line({ endIsEmpty: true });
    if (line === "") break;
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (colon < 1 || trailers.size > 16) throw malformed("bad trailing header");
    if (name === "x-amz-trailer-signature") {
      trailerSignature = value;
      continue;
    }
    trailers.set(name, value);
    canonical += `${name}:${value}\n`;
  }
  if (signing === undefined || canonical === "") return;
  const { date, region, service } = signing.scope;
  sameSignature(
    trailerSignature,
    hmac(
      signing.key,
      [
        "AWS4-HMAC-SHA256-TRAILER",
        signing.amzDate,
        `${date}/${region}/${service}/aws4_request`,
        previousSignature,
        sha256Hex(canonical),
      ].join("\n"),
    ),
  );
}

function sameSignature(given: string | undefined, expected: Buffer): string {
  const bytes = Buffer.from(given ?? "", "hex");
  if (bytes.length !== expected.length || !timingSafeEqual(bytes, expected)) {
    throw new AwsError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
      { status: 403 },
    );
  }
  return given ?? "";
}

const malformed = (why: string): AwsError =>
  new AwsError("InvalidRequest", `The aws-chunked body can't be read: ${why}.`);

/** Hands out lines and runs of bytes from a stream, holding no more than it must. */
class ChunkReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async line(options: { endIsEmpty?: boolean } = {}): Promise<string> {
    for (;;) {
      const end = this.#buffer.indexOf("\n");
      if (end >= 0) {
        const line = this.#buffer.subarray(0, end).toString("latin1").replace(/\r$/, "");
        this.#buffer = this.#buffer.subarray(end + 1);
        return line;
      }
      if (this.#buffer.length > maximumLineBytes) throw malformed("a line is too long");
      const next = await this.#source.next();
      if (next.done) {
        if (options.endIsEmpty && this.#buffer.length === 0) return "";
        throw new AwsError("IncompleteBody", "The request body ended before its last chunk.");
      }
      this.#buffer =
        this.#buffer.length === 0 ? next.value : Buffer.concat([this.#buffer, next.value]);
    }
  }

  /** At least one byte and at most `limit` of them. */
  async some(limit: number): Promise<Buffer> {
    while (this.#buffer.length === 0) {
      const next = await this.#source.next();
      if (next.done) {
        throw new AwsError("IncompleteBody", "The request body ended before its last chunk.");
      }
      this.#buffer = next.value;
    }
    const data = this.#buffer.subarray(0, limit);
    this.#buffer = this.#buffer.subarray(data.length);
    return data;
  }

  /** @throws AwsError when anything is left */
  async end(): Promise<void> {
    while (this.#buffer.length === 0) {
      const next = await this.#source.next();
      if (next.done) return;
      this.#buffer = next.value;
    }
    throw malformed("something follows its end");
  }
}
