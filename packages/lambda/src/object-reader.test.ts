import { Readable } from "node:stream";
import { S3Client } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { objectReader } from "./object-reader.ts";
import { type Answer, answering, type Request } from "./testing/index.ts";

const address = { bucket: "landing", key: "Incoming/ann/a/sea.jpg" };

function reading(answer: (request: Request) => Answer) {
  const requests: Request[] = [];
  const s3 = new S3Client(
    answering((request) => {
      requests.push(request);
      return answer(request);
    }),
  );
  return { objects: objectReader(s3), requests };
}

const s3Error = (status: number, code: string): Answer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}.</Message></Error>`,
});

describe("reading", () => {
  test("the head of an object says how large the whole is", async () => {
    const { objects, requests } = reading(() => ({
      status: 206,
      headers: { "content-range": "bytes 0-3/5000", "x-amz-version-id": "v1" },
      body: "head",
    }));

    const head = await objects.read(address, 4);

    expect(head).toMatchObject({ size: 5000, versionId: "v1" });
    expect(Buffer.from(head.bytes).toString()).toBe("head");
    expect(requests[0]?.headers.range).toBe("bytes=0-3");
  });

  test("an empty object has an empty head, although S3 refuses the range", async () => {
    const { objects } = reading(({ headers }) =>
      headers.range === undefined ? { body: "" } : s3Error(416, "InvalidRange"),
    );

    expect(await objects.read(address, 4)).toEqual({
      bytes: new Uint8Array(),
      size: 0,
      versionId: "null",
    });
  });

  test('a version is asked for by its id, but for "null", which is no version', async () => {
    const { objects, requests } = reading(() => ({ body: "x" }));

    await objects.read({ ...address, versionId: "v1" });
    await objects.read({ ...address, versionId: "null" });

    expect(requests.map(({ query }) => query.versionId)).toEqual(["v1", undefined]);
  });
});

describe("a whole object", () => {
  test("is read into one buffer of its length", async () => {
    const { objects } = reading(() => ({ body: "a photo" }));
    const { bytes, size } = await objects.read(address);
    expect(Buffer.from(bytes).toString()).toBe("a photo");
    expect([size, bytes.buffer.byteLength]).toEqual([7, 7]);
  });

  test("of more than a photo may have is refused by its length, before any of it is read", async () => {
    const body = new Readable({
      read() {
        throw new Error("The body was read");
      },
    });
    const s3 = new S3Client(
      answering(() => ({ headers: { "content-length": "200000001" }, body })),
    );

    await expect(objectReader(s3).read(address)).rejects.toMatchObject({
      name: "ImageIdentifyError",
      message: "the file has 201 MB, more than the 200 MB a photo may have",
    });
    expect(body.destroyed).toBe(true);
  });

  test("whose connection breaks on the way is cut off as well", async () => {
    const body = Readable.from(
      (function* () {
        yield Buffer.from("a ph");
        throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
      })(),
    );
    const s3 = new S3Client(answering(() => ({ headers: { "content-length": "9" }, body })));
    await expect(objectReader(s3).read(address)).rejects.toMatchObject({
      name: "ObjectCutOffError",
      message: "S3 sent 4 of 9 bytes",
    });
  });

  test("that a broken connection cuts off is an error that may pass", async () => {
    const { objects } = reading(() => ({ headers: { "content-length": "9" }, body: "a ph" }));
    await expect(objects.read(address)).rejects.toMatchObject({
      name: "ObjectCutOffError",
      message: "S3 sent 4 of 9 bytes",
    });
  });
});

describe("errors", () => {
  test.each([
    [404, "NoSuchKey", "ObjectNotFoundError", "the object was deleted before it could be read"],
    [404, "NoSuchVersion", "ObjectNotFoundError", "the object was deleted before it could be read"],
    [
      405,
      "MethodNotAllowed",
      "ObjectNotFoundError",
      "the object was deleted before it could be read",
    ],
    [
      403,
      "AccessDenied",
      "AccessDeniedException",
      "no access to s3://landing/Incoming/ann/a/sea.jpg: check the function's role and the bucket's policy",
    ],
  ])("%i %s is %s", async (status, code, name, message) => {
    const { objects } = reading(() => s3Error(status, code));
    await expect(objects.read(address)).rejects.toMatchObject({ name, message });
  });

  test("throttling keeps the name that the machine retries", async () => {
    const { objects } = reading(() => s3Error(503, "SlowDown"));
    await expect(objects.read(address)).rejects.toMatchObject({ name: "SlowDown" });
  });
});
