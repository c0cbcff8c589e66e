import { Readable } from "node:stream";
import { S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { landingObjects } from "./landing-objects.ts";

/** Answers each listing with the next of these pages. */
function bucket(...pages: string[]) {
  const queries: Record<string, unknown>[] = [];
  const s3 = new S3Client({
    region: "eu-west-1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    requestHandler: {
      handle: async ({ query }: { query: Record<string, unknown> }) => {
        queries.push(query);
        const body = `<ListVersionsResult>${pages.shift()}</ListVersionsResult>`;
        return {
          response: {
            statusCode: 200,
            headers: { "content-type": "application/xml" },
            body: Readable.from([body]),
          },
        };
      },
    },
  });
  return { queries, objects: landingObjects(s3, "landing", (call) => call()) };
}

const time = "2026-05-01T10:00:00.000Z";
const version = (key: string, id: string, latest = true) =>
  `<Version><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>${latest}</IsLatest><LastModified>${time}</LastModified></Version>`;
const marker = (key: string, latest: boolean) =>
  `<DeleteMarker><Key>${key}</Key><VersionId>d</VersionId><IsLatest>${latest}</IsLatest><LastModified>${time}</LastModified></DeleteMarker>`;
const more = (key: string, id: string) =>
  `<IsTruncated>true</IsTruncated><NextKeyMarker>${key}</NextKeyMarker><NextVersionIdMarker>${id}</NextVersionIdMarker>`;

test("current versions alone, over all pages, with their keys as they are", async () => {
  const { queries, objects } = bucket(
    version("Incoming/a/b/1%2B1%01+x.jpg", "v2") + more("Incoming/a/b/1%2B1%01+x.jpg", "v2"),
    version("Incoming/a/b/1%2B1%01+x.jpg", "v1", false) +
      version("Incoming/a/b/2.jpg", "v1", false) +
      marker("Incoming/a/b/2.jpg", true) +
      version("Incoming/a/b/3.jpg", "null"),
  );
  const pages = [];
  for await (const page of objects.pages()) pages.push(page);

  const lastModified = new Date(time);
  expect(pages).toEqual([
    [{ key: "Incoming/a/b/1+1\u0001 x.jpg", versionId: "v2", lastModified }],
    [{ key: "Incoming/a/b/3.jpg", versionId: "null", lastModified }],
  ]);
  expect(queries[0]).toMatchObject({ prefix: "Incoming/", "encoding-type": "url" });
  expect(queries[1]).toMatchObject({
    "key-marker": "Incoming/a/b/1+1\u0001 x.jpg",
    "version-id-marker": "v2",
  });
});

test("of one key its versions, and not those of a key that begins with it", async () => {
  const { objects } = bucket(
    version("Incoming/a", "v3") +
      version("Incoming/a", "v2", false) +
      marker("Incoming/a", false) +
      version("Incoming/ab", "v9"),
    version("Incoming/a", "v1", false) + marker("Incoming/a", true) + version("Incoming/ab", "v9"),
    marker("Incoming/ab", true) + version("Incoming/abc", "v9"),
  );
  expect(await objects.versionsOf("Incoming/a")).toEqual({
    current: { key: "Incoming/a", versionId: "v3", lastModified: new Date(time) },
    olderIds: ["v2"],
    deleted: false,
  });
  const deleted = { current: undefined, olderIds: ["v1"], deleted: true };
  expect(await objects.versionsOf("Incoming/a")).toEqual(deleted);
  const none = { current: undefined, olderIds: [], deleted: false };
  expect(await objects.versionsOf("Incoming/a")).toEqual(none);
});
