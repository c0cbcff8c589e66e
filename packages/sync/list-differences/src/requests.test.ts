import { S3Client } from "@aws-sdk/client-s3";
import { answering } from "@darkroom/lambda/testing";
import { runStore } from "@darkroom/run-files";
import { syncRequest } from "@darkroom/sync-workflow";
import { expect, test } from "vitest";
import { listDifferences } from "./list-differences.ts";
import { objectPages } from "./object-pages.ts";
import { sameChecksum } from "./same-checksum.ts";
import { sameMetadata } from "./same-metadata.ts";

const pageSize = 1000;

/** A page of a bucket of `count` objects, as ListObjectsV2 answers. */
function page(count: number, token = "0"): string {
  const begin = Number(token);
  const end = Math.min(count, begin + pageSize);
  const contents = Array.from({ length: end - begin }, (_, index) => {
    const key = `k${String(begin + index).padStart(6, "0")}`;
    return `<Contents><Key>${key}</Key><ETag>"e"</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  });
  const more =
    end < count
      ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${end}</NextContinuationToken>`
      : "<IsTruncated>false</IsTruncated>";
  return `<ListBucketResult>${more}${contents.join("")}</ListBucketResult>`;
}

/** Lists two buckets of so many objects; every request is counted, whichever it is. */
async function list(counts: { from: number; into: number }) {
  const requests: string[] = [];
  const s3 = new S3Client(
    answering(({ method, headers, path, query }) => {
      const bucket = headers.host?.split(".")[0] ?? "";
      requests.push(`${method} ${bucket}${path}`);
      const listed = bucket === "from" || bucket === "into" ? counts[bucket] : 0;
      const token = query["continuation-token"];
      return {
        headers: { "content-type": "application/xml" },
        body: method === "GET" ? page(listed, token === undefined ? undefined : String(token)) : "",
      };
    }),
  );
  const { progress } = await listDifferences(
    {
      run: { prefix: "runs/r/", startTime: "2026-05-01T10:00:00.000Z" },
      sync: syncRequest.parse({ source: "from", destination: "into" }),
      progress: null,
    },
    {
      pages: objectPages(s3),
      store: runStore(s3, "runs"),
      haveSameBytes: sameChecksum(s3),
      haveSameMetadata: sameMetadata(s3),
      isTimeUp: () => false,
    },
  );
  return { progress, requests };
}

test("10,000 objects with nothing to do cost 21 requests: a page in each bucket a thousand, and a look at the run", async () => {
  const { progress, requests } = await list({ from: 10_000, into: 10_000 });
  expect(progress).toMatchObject({ listed: 10_000, unchanged: 10_000, copyShards: 0 });
  // With 2 of FindBucketRegion and 4 of WriteReport (its own test): 0.0027 an object.
  expect(requests).toHaveLength(21);
});

test("1,000 objects to copy cost 5 requests: two pages, two shards, and a look at the run", async () => {
  const { progress, requests } = await list({ from: 1000, into: 0 });
  expect(progress).toMatchObject({ differing: 1000, copyShards: 2 });
  // With 2 of FindBucketRegion, 1,000 copies and 3 for each of 2 shards of CopyObjects, and 6 of WriteReport: 1.019.
  expect(requests).toHaveLength(5);
});
