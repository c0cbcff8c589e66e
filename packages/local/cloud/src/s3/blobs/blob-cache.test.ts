import { expect, test } from "vitest";
import { createBlobCache, largestCached } from "./blob-cache.ts";

test("what was read last is kept, in 32 MiB", () => {
  const cache = createBlobCache();
  const megabytes = (count: number) => new Uint8Array(count * 1024 * 1024);
  for (let index = 0; index < 16; index++) cache.put(`blob${index}`, megabytes(2));
  expect(cache.get("blob0")).toHaveLength(2 * 1024 * 1024);

  cache.put("one more", megabytes(1));

  expect(cache.get("blob1")).toBeUndefined();
  expect(cache.get("blob0")).toBeDefined();
  expect(cache.get("blob2")).toBeDefined();
});

test("a large one is not kept", () => {
  const cache = createBlobCache();
  cache.put("large", new Uint8Array(largestCached + 1));
  expect(cache.get("large")).toBeUndefined();
});
