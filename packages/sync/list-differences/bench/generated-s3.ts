import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface GeneratedS3Options {
  /** In the source; the destination has nine of ten. */
  readonly keys: number;
  /** How long each answer takes, in milliseconds. */
  readonly latencyMs: number;
}

export interface GeneratedS3 extends AsyncDisposable {
  readonly url: string;
  readonly listRequests: number;
  /** Shards that were stored. */
  readonly puts: number;
}

const pageSize = 1000;
const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * S3 as far as a listing needs it, on 127.0.0.1: `source` and `destination` hold objects that are made up from their
 * numbers, page by page, so that a bucket of any size takes no room; `runs` takes shards and lists none.
 */
export async function generatedS3({ keys, latencyMs }: GeneratedS3Options): Promise<GeneratedS3> {
  let listRequests = 0;
  let puts = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    const bucket = pathname.split("/")[1];
    for await (const _ of request);
    if (latencyMs > 0) await sleep(latencyMs);
    if (request.method === "PUT" && bucket === "runs") {
      puts += 1;
      response.setHeader("etag", '"d41d8cd98f00b204e9800998ecf8427e"').end();
      return;
    }
    if (request.method !== "GET" || searchParams.get("list-type") !== "2") {
      response.writeHead(501).end();
      return;
    }
    if (bucket !== "runs") listRequests += 1;
    const after = searchParams.get("continuation-token") ?? searchParams.get("start-after") ?? "";
    response
      .setHeader("content-type", "application/xml")
      .end(page(bucket ?? "", after, bucket === "runs" ? 0 : keys));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get listRequests() {
      return listRequests;
    },
    get puts() {
      return puts;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const isIn = (bucket: string, index: number): boolean => bucket === "source" || index % 10 !== 7;

const keyOf = (index: number): string =>
  `Incoming/stepfunction/album & ${String(Math.floor(index / 1000)).padStart(6, "0")}/${String(index).padStart(9, "0")}.jpg`;

/** The next objects behind a key, as S3 tells of them. */
function page(bucket: string, after: string, keys: number): string {
  const [, last] = /(\d+)\.jpg$/.exec(after) ?? [];
  const contents: string[] = [];
  let index = last === undefined ? 0 : Number(last) + 1;
  for (; index < keys && contents.length < pageSize; index++) {
    if (isIn(bucket, index)) contents.push(content(index));
  }
  const left = Array.from({ length: Math.min(2, keys - index) }, (_, more) => index + more);
  const isTruncated = left.some((one) => isIn(bucket, one));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    `<Name>${bucket}</Name><MaxKeys>${pageSize}</MaxKeys><EncodingType>url</EncodingType>`,
    `<KeyCount>${contents.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>`,
    isTruncated
      ? `<NextContinuationToken>${escaped(keyOf(index - 1))}</NextContinuationToken>`
      : "",
    ...contents,
    "</ListBucketResult>",
  ].join("");
}

function content(index: number): string {
  const etag = (index * 2_654_435_761).toString(16).padStart(32, "0");
  const key = encodeURIComponent(keyOf(index)).replaceAll("%2F", "/").replaceAll("%20", "+");
  return [
    `<Contents><Key>${key}</Key><LastModified>2026-05-01T10:00:00.000Z</LastModified>`,
    `<ETag>&quot;${etag}&quot;</ETag><Size>${100_000 + (index % 9_000_000)}</Size>`,
    "<StorageClass>STANDARD</StorageClass></Contents>",
  ].join("");
}

const escaped = (text: string): string => text.replace(/[&<>]/g, (one) => escapes[one] ?? one);
