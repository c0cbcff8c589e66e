import { CopyObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { type Answer, answering, type Request, s3Failure } from "@darkroom/lambda/testing";
import { describe, expect, test } from "vitest";
import { type CopyRequest, copyRequests } from "./copy-requests.ts";

const { signal } = new AbortController();
const request: CopyRequest = {
  key: "Incoming/a b.jpg",
  copySource: "source/Incoming/a%20b.jpg",
  sourceIfMatch: '"e"',
  condition: { IfNoneMatch: "*" },
  storageClass: undefined,
  websiteRedirectLocation: undefined,
};

/** A client that is answered in memory, and what was asked of it. */
function clientOf(answer: Answer, more: S3ClientConfig = {}) {
  const seen: (Request & { hostname?: string; protocol?: string; port?: number })[] = [];
  const config = answering((asked) => {
    seen.push(asked);
    return answer;
  });
  return { s3: new S3Client({ ...config, ...more }), seen };
}

const copied: Answer = {
  body: '<?xml version="1.0"?>\n<CopyObjectResult xmlns="x"><ETag>&quot;e&quot;</ETag></CopyObjectResult>',
};

describe("a copy is asked for as the SDK asks for it", () => {
  const session = { accessKeyId: "id", secretAccessKey: "secret", sessionToken: "token" };
  const configurations: [string, S3ClientConfig][] = [
    ["of a virtual host on AWS", {}],
    ["by path at an endpoint", { endpoint: "http://127.0.0.1:4566", forcePathStyle: true }],
    ["with a session's token", { credentials: session }],
    ["by dual-stack, in another partition", { region: "cn-north-1", useDualstackEndpoint: true }],
  ];
  const requests: [string, Partial<CopyRequest>][] = [
    ["a free key", {}],
    ["a key of every kind", { key: "x//ü 📷/a+b%41&c=d?#'()!*~;:@,$.jpg" }],
    ["what is to be replaced", { condition: { IfMatch: '"old"' } }],
    [
      "a class and a redirect",
      { storageClass: "GLACIER_IR", websiteRedirectLocation: "/there?a=b" },
    ],
  ];
  const cases = configurations.flatMap(([where, config]) =>
    requests.map(([what, more]) => ({ where, what, config, asked: { ...request, ...more } })),
  );

  test.each(cases)("$where: $what", async ({ config, asked }) => {
    const { s3, seen } = clientOf(copied, config);
    const copy = copyRequests(s3, "destination");
    await copy(request, { abortSignal: signal });
    seen.length = 0;

    await copy(asked, { abortSignal: signal });
    await s3.send(
      new CopyObjectCommand({
        Bucket: "destination",
        Key: asked.key,
        CopySource: asked.copySource,
        CopySourceIfMatch: asked.sourceIfMatch,
        ...asked.condition,
        MetadataDirective: "COPY",
        TaggingDirective: "COPY",
        StorageClass: asked.storageClass as "GLACIER_IR" | undefined,
        WebsiteRedirectLocation: asked.websiteRedirectLocation,
      }),
    );

    const [ours, theirs] = seen.map(comparable);
    expect(ours).toEqual(theirs);
    expect(ours?.headers).toMatchObject({ authorization: expect.stringContaining("/s3/aws4_") });
  });
});

/** But for what differs with the moment: of the signature, by whom and for what it is. */
function comparable({
  method,
  path,
  query,
  hostname,
  protocol,
  port,
  headers,
}: ReturnType<typeof clientOf>["seen"][number]) {
  const kept = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    // Of an attempt of the SDK's own retrying.
    .filter(([name]) => !/^(x-amz-date|amz-sdk-.*|.*user-agent)$/.test(name))
    .map(([name, value]) => [name, name === "authorization" ? value.split(",")[0] : value]);
  return {
    method,
    path,
    query: query ?? {},
    hostname,
    protocol,
    port,
    headers: Object.fromEntries(kept),
  };
}

describe("the answer", () => {
  const ask = (answer: Answer) =>
    copyRequests(clientOf(answer).s3, "destination")(request, { abortSignal: signal });

  test("is the copy's ETag", async () => {
    expect(await ask(copied)).toBe('"e"');
  });

  test.each([
    ["an error", s3Failure(412, "PreconditionFailed"), "PreconditionFailed", 412],
    ["an error with status 200", s3Failure(200, "SlowDown"), "SlowDown", 200],
    [
      "an error with status 200 behind what kept the connection alive",
      { body: '<?xml version="1.0"?>\n    \n<Error><Code>InternalError</Code></Error>' },
      "InternalError",
      200,
    ],
    ["an error without a body", { status: 503 }, "503", 503],
    ["no result, which says nothing of the copy", { body: "" }, "InternalError", 200],
  ] as const)("%s is thrown by its name", async (_, answer, name, httpStatusCode) => {
    await expect(ask(answer)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
  });

  test("of an error tells S3's message, without XML's entities", async () => {
    const body =
      "<Error><Code>AccessDenied</Code><Message>&quot;a&quot; &amp; &#39;b&#x27;</Message></Error>";
    await expect(ask({ status: 403, body })).rejects.toThrow(`"a" & 'b'`);
  });
});

test("a first request that could not be prepared doesn't stand for all those after it", async () => {
  let attempts = 0;
  const { s3 } = clientOf(copied, {
    credentials: async () => {
      attempts += 1;
      if (attempts === 1) throw new Error("no credentials yet");
      return { accessKeyId: "id", secretAccessKey: "secret" };
    },
  });
  const copy = copyRequests(s3, "destination");
  await expect(copy(request, { abortSignal: signal })).rejects.toThrow("no credentials yet");
  expect(await copy(request, { abortSignal: signal })).toBe('"e"');
});
