import { S3Client } from "@aws-sdk/client-s3";
import { type Answer, answering, type Request, s3Failure } from "@darkroom/lambda/testing";
import { runStore, shardFiles } from "@darkroom/run-files";
import { type CopyLine, type FateLine, syncRequest } from "@darkroom/sync-workflow";
import { describe, expect, test } from "vitest";
import { copyShard } from "./copy-shard.ts";
import { objectCopier } from "./object-copier.ts";
import { retryingCalls } from "./retrying-calls.ts";

const copied: Answer = {
  headers: { "content-type": "application/xml" },
  body: "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>",
};
const run = { prefix: "runs/r/", startTime: "2026-01-01T00:00:00.000Z" };
const shard = `${run.prefix}copy/00000001.jsonl`;

/** A shard of these objects, and S3 that answers their copies (`PUT a`) and HEADs (`HEAD a`) as told. */
function shardOf(
  lines: (Partial<CopyLine> & { key: string })[],
  answer: (request: string, attempt: number) => Answer | Promise<Answer>,
  request: object = {},
) {
  const attempts = new Map<string, number>();
  const seen: Request[] = [];
  const waits: number[] = [];
  let fates: string | undefined;
  const s3 = new S3Client({
    // For the bucket to stand in the path.
    forcePathStyle: true,
    ...answering((asked) => {
      if (asked.path.endsWith("/fates/copy/00000001.jsonl")) {
        if (asked.method === "PUT") fates = asked.body;
        return fates === undefined ? s3Failure(404, "NoSuchKey") : { body: fates };
      }
      if (asked.path.includes("/failed/copy/")) return {};
      if (asked.path.includes(shard)) {
        const full = lines.map((line) => ({ size: 1, etag: "e", reason: "missing", ...line }));
        return { body: full.map((line) => `${JSON.stringify(line)}\n`).join("") };
      }
      seen.push(asked);
      const name = `${asked.method} ${asked.path.split("/").at(-1)}`;
      attempts.set(name, (attempts.get(name) ?? 0) + 1);
      return answer(name, attempts.get(name) ?? 0);
    }),
  });
  const sync = syncRequest.parse({ source: "source", destination: "destination", ...request });
  const keeping = retryingCalls({ signal: new AbortController().signal });
  return {
    seen,
    waits,
    attempts,
    fates: (): FateLine[] =>
      (fates ?? "")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
    /** @param waitsInTime how often it may wait before its time is over */
    copy(waitsInTime = Number.POSITIVE_INFINITY) {
      const over = new AbortController();
      const copying = retryingCalls({
        signal: over.signal,
        random: () => 1,
        wait: async (milliseconds, signal) => {
          if (waits.push(milliseconds) > waitsInTime) over.abort();
          signal.throwIfAborted();
        },
      });
      return copyShard(
        { run, sync, shard },
        {
          files: shardFiles(runStore(s3, "runs", keeping.call), run, "copy", shard),
          copier: objectCopier(s3, copying, sync),
          signal: over.signal,
          requests: () => copying.requests + keeping.requests,
        },
      );
    },
  };
}

describe("S3 that is throttling", () => {
  test("gets each object again with waits that double, and no other object twice", async () => {
    const { copy, waits, attempts } = shardOf([{ key: "a" }, { key: "b" }], (name, attempt) =>
      name === "PUT a" && attempt < 12 ? s3Failure(503, "SlowDown") : copied,
    );
    expect(await copy()).toMatchObject({ copied: 2, failed: 0 });
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 20_000, 20_000, 20_000]);
    expect(attempts.get("PUT b")).toBe(1);
  });

  test("until the time is over leaves the object to a retry of the shard, which copies nothing else again", async () => {
    let down = true;
    const { copy, fates, attempts } = shardOf([{ key: "a" }, { key: "b" }], (name) =>
      name === "PUT a" && down ? s3Failure(503, "SlowDown") : copied,
    );
    await expect(copy(2)).rejects.toMatchObject({
      name: "ShardUnfinishedError",
      message: "the time was over with 1 of 2 objects left",
    });
    expect(fates()).toMatchObject([
      { key: "a", fate: "failed", error: "SlowDown", message: "SlowDown!" },
      { key: "b", fate: "copied" },
    ]);
    down = false;
    expect(await copy()).toMatchObject({ copied: 2, failed: 0 });
    expect(attempts.get("PUT b")).toBe(1);
  });
});

test("an object that always fails is given up after six attempts, and the rest arrives", async () => {
  const { copy, fates } = shardOf([{ key: "a" }, { key: "b" }], (name) =>
    name === "PUT a" ? s3Failure(500, "InternalError") : copied,
  );
  // One more than usual says that the shard has a failure.
  expect(await copy()).toMatchObject({ copied: 1, failed: 1, requests: 6 + 1 + 3 + 1 });
  expect(fates()).toMatchObject([{ error: "InternalError", bytes: 0 }, { fate: "copied" }]);
});

test("a full shard costs one request an object and three: its lines, its fates before and after", async () => {
  const lines = Array.from({ length: 500 }, (_, index) => ({ key: `k${index}` }));
  const shard = shardOf(lines, () => copied);
  // With the shares of the listing and the report: see list-differences' own test.
  expect(await shard.copy()).toMatchObject({ copied: 500, requests: 503 });
});

test("a copy that has another ETag than its source says so in its fate, and only such a one", async () => {
  const shard = shardOf([{ key: "parts", etag: "e-2" }, { key: "whole" }], () => copied);
  await shard.copy();
  expect(shard.fates()).toMatchObject([
    { key: "parts", fate: "copied", etags: { source: "e-2", destination: "e" } },
    { key: "whole", fate: "copied" },
  ]);
  expect(shard.fates()[1]).not.toHaveProperty("etags");
});

test("a copy that fails after S3 had begun to answer well has failed", async () => {
  const { copy } = shardOf([{ key: "a" }], () => s3Failure(200, "InternalError"));
  expect(await copy()).toMatchObject({ copied: 0, failed: 1 });
});

test("an archived object is named and no failure", async () => {
  const { copy, fates } = shardOf([{ key: "a" }], () => s3Failure(403, "InvalidObjectState"));
  expect(await copy()).toMatchObject({ archived: 1, failed: 0 });
  expect(fates()).toMatchObject([{ fate: "archived", error: "InvalidObjectState" }]);
});

describe("S3 says that source or destination is not as it was seen", () => {
  const objects = { source: '"new"', destination: '"old"' };
  const head = (etag: string): Answer => ({ headers: { etag, "content-length": "1" } });

  test("again and again: a failure by name", async () => {
    const { copy, fates, attempts } = shardOf([{ key: "a" }], (name, attempt) =>
      name.startsWith("HEAD") ? head(`"${attempt}"`) : s3Failure(412, "PreconditionFailed"),
    );
    expect(await copy()).toMatchObject({ failed: 1 });
    expect(fates()).toMatchObject([
      { error: "PreconditionFailed", message: expect.stringContaining("each of 4 attempts") },
    ]);
    expect(attempts.get("PUT a")).toBe(4);
  });

  test("and a look at both tells what to ask for next", async () => {
    const { copy, seen } = shardOf([{ key: "a", replaces: "listed" }], (name, attempt) => {
      if (!name.startsWith("HEAD"))
        return attempt === 1 ? s3Failure(412, "PreconditionFailed") : copied;
      return head(seen.at(-1)?.path.includes("destination") ? objects.destination : objects.source);
    });
    expect(await copy()).toMatchObject({ copied: 1 });
    expect(conditionsOf(seen)).toEqual([
      { "if-match": '"listed"', "x-amz-copy-source-if-match": '"e"' },
      { "if-match": objects.destination, "x-amz-copy-source-if-match": objects.source },
    ]);
  });

  test("since there is nothing to replace: then the copy is for a free key", async () => {
    const { copy, seen } = shardOf([{ key: "a", replaces: "listed" }], (name, attempt) => {
      if (!name.startsWith("HEAD")) return attempt === 1 ? s3Failure(404, "NoSuchKey") : copied;
      return seen.at(-1)?.path.includes("destination") ? { status: 404 } : head('"e"');
    });
    expect(await copy()).toMatchObject({ copied: 1 });
    expect(conditionsOf(seen)).toEqual([
      { "if-match": '"listed"', "x-amz-copy-source-if-match": '"e"' },
      { "if-none-match": "*", "x-amz-copy-source-if-match": '"e"' },
    ]);
  });

  test("since the source is gone: it has vanished", async () => {
    const { copy, seen } = shardOf([{ key: "a", replaces: "listed" }], (name) => {
      if (!name.startsWith("HEAD")) return s3Failure(404, "NoSuchKey");
      return seen.at(-1)?.path.includes("destination") ? head('"listed"') : { status: 404 };
    });
    expect(await copy()).toMatchObject({ vanished: 1, failed: 0 });
  });

  test("which somebody else is writing: it is asked again", async () => {
    const { copy, seen } = shardOf([{ key: "a" }], (_, attempt) =>
      attempt < 3 ? s3Failure(409, "ConditionalRequestConflict") : copied,
    );
    expect(await copy()).toMatchObject({ copied: 1 });
    expect(seen.map(({ method }) => method)).toEqual(["PUT", "PUT", "PUT"]);
  });
});

/** What copies asked for, of each the headers with conditions. */
function conditionsOf(seen: Request[]): Record<string, string>[] {
  return seen
    .filter(({ method }) => method === "PUT")
    .map(({ headers }) =>
      Object.fromEntries(
        Object.entries(headers).filter(([name]) => /if-(none-)?match$/.test(name)),
      ),
    );
}

test("what is under way when the time is over is left to a retry", async () => {
  const { copy, fates } = shardOf([{ key: "a" }, { key: "b" }], (name) =>
    name === "PUT a" ? s3Failure(500, "InternalError") : copied,
  );
  await expect(copy(0)).rejects.toMatchObject({ name: "ShardUnfinishedError" });
  expect(fates()).toMatchObject([{ error: "OutOfTime" }, { fate: "copied" }]);
});

describe("access denied", () => {
  test("for one object is that object's failure", async () => {
    const { copy } = shardOf([{ key: "a" }, { key: "b" }], (name) =>
      name === "PUT a" ? s3Failure(403, "AccessDenied") : copied,
    );
    expect(await copy()).toMatchObject({ copied: 1, failed: 1 });
  });

  test("for all is an error by name, with the fates written down", async () => {
    const { copy, fates } = shardOf([{ key: "a" }, { key: "b" }], () =>
      s3Failure(403, "AccessDenied"),
    );
    await expect(copy()).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("s3://source could be copied to s3://destination"),
    });
    expect(fates()).toHaveLength(2);
  });
});

describe("preserving", () => {
  const head: Answer = {
    headers: {
      etag: '"e"',
      "content-length": "1",
      "x-amz-storage-class": "STANDARD_IA",
      "x-amz-website-redirect-location": "/there",
    },
  };
  const answer = (name: string) => (name.startsWith("HEAD") ? head : copied);

  test.each([
    ["nothing takes no HEAD", {}, {}, ["PUT"], {}],
    [
      "the storage class takes none where the listing had it",
      { preserveStorageClass: true },
      { storageClass: "GLACIER_IR" },
      ["PUT"],
      { "x-amz-storage-class": "GLACIER_IR" },
    ],
    [
      "the storage class takes one where it had not",
      { preserveStorageClass: true },
      {},
      ["HEAD", "PUT"],
      { "x-amz-storage-class": "STANDARD_IA" },
    ],
    [
      "redirects takes one",
      { preserveRedirects: true },
      { storageClass: "STANDARD_IA" },
      ["HEAD", "PUT"],
      { "x-amz-website-redirect-location": "/there" },
    ],
  ])("%s", async (_, request, line, methods, headers) => {
    const { copy, seen } = shardOf([{ key: "a", ...line }], answer, request);
    await copy();
    expect(seen.map(({ method }) => method)).toEqual(methods);
    const sent = seen.at(-1)?.headers ?? {};
    expect(sent).toMatchObject({ "x-amz-copy-source-if-match": '"e"', ...headers });
    for (const name of ["x-amz-storage-class", "x-amz-website-redirect-location"]) {
      expect(name in sent).toBe(name in headers);
    }
  });
});
