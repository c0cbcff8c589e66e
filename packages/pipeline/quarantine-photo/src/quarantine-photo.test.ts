import { S3Client } from "@aws-sdk/client-s3";
import { answering, type Request, s3Failure, samplePhoto } from "@darkroom/lambda/testing";
import { type PhotoReference, quarantineKey } from "@darkroom/workflow";
import { describe, expect, test } from "vitest";
import { quarantinePhoto } from "./quarantine-photo.ts";
import { versionMover } from "./version-mover.ts";

const s3key = quarantineKey(samplePhoto);

/**
 * S3 as far as it is asked, with these versions, each as `key@versionId`; what is copied gets `q1`, `q2`, …
 * @param down answers of failures that a request meets, by its method
 */
function bucket(versions: string[], down: Record<string, ReturnType<typeof s3Failure>> = {}) {
  const requests: Request[] = [];
  let copies = 0;
  const s3 = new S3Client({
    ...answering((request) => {
      requests.push(request);
      const { method, path, query, headers } = request;
      const failure = down[method];
      if (failure !== undefined) return failure;
      const key = decodeURIComponent(path.slice(1));
      switch (method) {
        case "PUT": {
          const source = /^landing\/(.*)\?versionId=(.*)$/.exec(
            decodeURIComponent(headers["x-amz-copy-source"] ?? ""),
          );
          if (!versions.includes(`${source?.[1]}@${source?.[2]}`)) {
            return s3Failure(404, "NoSuchVersion");
          }
          copies += 1;
          versions.push(`${key}@q${copies}`);
          return {
            headers: { "x-amz-version-id": `q${copies}`, "content-type": "application/xml" },
            body: "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>",
          };
        }
        case "DELETE": {
          const index = versions.indexOf(`${key}@${query.versionId}`);
          if (index >= 0) versions.splice(index, 1);
          return { status: 204 };
        }
        default: {
          const newest = versions.findLast((version) => version.startsWith(`${key}@`));
          if (newest === undefined) return { status: 404 };
          return { headers: { "x-amz-version-id": newest.slice(key.length + 1) } };
        }
      }
    }),
  });
  return {
    versions,
    requests,
    move: (photo: PhotoReference = samplePhoto) => quarantinePhoto(photo, versionMover(s3)),
  };
}

const original = `${samplePhoto.s3key}@v1`;

describe("a rejected photo", () => {
  test("is moved: this version of it and no other, with its metadata and tags", async () => {
    const others = [`${samplePhoto.s3key}@v0`, `${samplePhoto.s3key}@v2`];
    const { versions, requests, move } = bucket([original, ...others]);

    expect(await move()).toEqual({ s3key, versionId: "q1" });

    expect(versions).toEqual([...others, `${s3key}@q1`]);
    expect(requests.map(({ method }) => method)).toEqual(["PUT", "DELETE"]);
    expect(requests[0]?.headers).toMatchObject({
      "x-amz-metadata-directive": "COPY",
      "x-amz-tagging-directive": "COPY",
    });
  });

  test.each([
    "Incoming/ann/summer/a b.jpg",
    "Incoming/ann/summer/1+1=2.jpg",
    "Incoming/ann/summer/100%25.jpg",
    "Incoming/ann/summer/what?versionId=v0&x#y.jpg",
    "Incoming/ann/summer/🌅 soleil d'été.jpg",
    "Incoming/ann//../x.jpg",
    `Incoming/ann/summer/${"🌅".repeat(251)}`,
  ])("is found by its key: %s", async (key) => {
    const { versions, move } = bucket([`${key}@v1`]);
    await move({ ...samplePhoto, s3key: key });
    expect(versions).toEqual([`${s3key}@q1`]);
  });

  test('of version "null" is asked for by that, not by being the newest', async () => {
    const photo = { ...samplePhoto, versionId: "null" };
    const { versions, move } = bucket([`${photo.s3key}@null`, `${photo.s3key}@v2`]);

    expect(await move(photo)).toEqual({ s3key: quarantineKey(photo), versionId: "q1" });

    expect(versions).toEqual([`${photo.s3key}@v2`, `${quarantineKey(photo)}@q1`]);
  });

  test("in a bucket without versions has a copy without one, which is null", async () => {
    const s3 = new S3Client(
      answering(({ method }) =>
        method === "PUT"
          ? {
              headers: { "content-type": "application/xml" },
              body: "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>",
            }
          : { status: 204 },
      ),
    );
    expect(await quarantinePhoto(samplePhoto, versionMover(s3))).toEqual({
      s3key,
      versionId: "null",
    });
  });
});

describe("a second run", () => {
  test("after all of it was done answers the same", async () => {
    const { versions, move } = bucket([original]);
    const first = await move();
    expect(await move()).toEqual(first);
    expect(versions).toEqual([`${s3key}@q1`]);
  });

  test("after the copy and before the delete copies and deletes", async () => {
    const { versions, move } = bucket([original, `${s3key}@before`]);
    expect(await move()).toEqual({ s3key, versionId: "q1" });
    expect(versions).toEqual([`${s3key}@before`, `${s3key}@q1`]);
  });
});

test("a photo that its owner deleted before leaves nothing to quarantine", async () => {
  const { versions, move } = bucket([`${samplePhoto.s3key}@v2`]);
  expect(await move()).toEqual({});
  expect(versions).toEqual([`${samplePhoto.s3key}@v2`]);
});

test("a photo that could not be copied is not deleted", async () => {
  const { versions, requests, move } = bucket([original], { PUT: s3Failure(503, "SlowDown") });
  await expect(move()).rejects.toMatchObject({ name: "SlowDown" });
  expect(versions).toEqual([original]);
  expect(requests).toHaveLength(1);
});

test("nor is one whose copy failed after S3 had begun to answer well", async () => {
  const { versions, move } = bucket([original], { PUT: { ...s3Failure(200, "InternalError") } });
  await expect(move()).rejects.toMatchObject({ name: "InternalError" });
  expect(versions).toEqual([original]);
});
