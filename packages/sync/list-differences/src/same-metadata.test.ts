import { S3Client } from "@aws-sdk/client-s3";
import { answering } from "@darkroom/lambda/testing";
import { syncRequest } from "@darkroom/sync-workflow";
import { expect, test } from "vitest";
import { sameMetadata } from "./same-metadata.ts";

/** Whether an object with these headers at the source, and those at the destination, is the same. */
async function compare(
  source: Record<string, string>,
  destination: Record<string, string> | undefined,
  preserveRedirects = false,
) {
  let requests = 0;
  const s3 = new S3Client(
    answering(({ headers }) => {
      if (headers.host?.startsWith("from.") === true) return { headers: source };
      return destination === undefined ? { status: 403 } : { headers: destination };
    }),
  );
  const sync = syncRequest.parse({ source: "from", destination: "into", preserveRedirects });
  const options = {
    signal: new AbortController().signal,
    onRequest: () => {
      requests += 1;
    },
  };
  const same = await sameMetadata(s3)(sync, "a b", options);
  expect(requests).toBe(2);
  return same;
}

test.each([
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
  "x-amz-meta-album",
])("%s makes a difference when it is another one, or lacking on one side", async (header) => {
  expect(await compare({ [header]: "one" }, { [header]: "one" })).toBe(true);
  expect(await compare({ [header]: "one" }, { [header]: "other" })).toBe(false);
  expect(await compare({ [header]: "one" }, {})).toBe(false);
  expect(await compare({}, { [header]: "one" })).toBe(false);
});

test("a redirect makes one only where it is to be preserved", async () => {
  const redirect = { "x-amz-website-redirect-location": "/other" };
  expect(await compare(redirect, {})).toBe(true);
  expect(await compare(redirect, {}, true)).toBe(false);
});

test("the number of tags makes none", async () => {
  expect(await compare({ "x-amz-tagging-count": "1" }, {})).toBe(true);
});

test("an object that can't be looked at counts as another", async () => {
  expect(await compare({}, undefined)).toBe(false);
});
