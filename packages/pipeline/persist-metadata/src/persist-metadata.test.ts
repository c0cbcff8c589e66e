import { memoryDocumentClient, samplePhoto } from "@darkroom/lambda/testing";
import { imageItem, type PersistMetadataInput } from "@darkroom/workflow";
import { describe, expect, test } from "vitest";
import { imageTable } from "./image-table.ts";
import { persistMetadata } from "./persist-metadata.ts";

const own = "arn:aws:states:eu-west-1:123456789012:execution:images:own-r1";
const now = new Date("2026-05-01T10:00:05Z");

const input: PersistMetadataInput = {
  photo: samplePhoto,
  executionArn: own,
  extractedMetadata: { format: "JPEG", width: 4000, height: 3000, fileSize: 2_000_000 },
  moderation: { verdict: "suspect", policyVersion: "p1", modelVersion: "7.0", labels: [] },
  parallelResults: [
    { tags: [{ name: "Beach", confidence: 97.5 }] },
    {
      thumbnail: { s3key: "Thumbnail/a/1.jpg", width: 250, height: 188 },
      preview: { s3key: "Preview/a/1.jpg", width: 1440, height: 1080 },
    },
  ],
};

/** A table with the row that start-execution wrote, changed by `changes`; or without a row. */
function place(changes: object | "deleted" = {}) {
  const memory = memoryDocumentClient("imageID");
  if (changes !== "deleted") {
    memory.items.set(samplePhoto.imageID, {
      ...samplePhoto,
      uploadTime: "2026-05-01T10:00:00.000Z",
      executionArn: own,
      status: "PROCESSING",
      ...changes,
    });
  }
  return {
    table: imageTable(memory.client, "images"),
    row: () => memory.items.get(samplePhoto.imageID),
  };
}

describe("a result", () => {
  test("makes its row READY, with everything that was found out", async () => {
    const { table, row } = place();

    expect(await persistMetadata(input, table, now)).toEqual({ superseded: false });

    expect(row()).toMatchObject({
      status: "READY",
      extractedMetadata: input.extractedMetadata,
      moderation: input.moderation,
      tags: [{ name: "Beach", confidence: 97.5 }],
      thumbnail: { s3key: "Thumbnail/a/1.jpg", width: 250, height: 188 },
      preview: { s3key: "Preview/a/1.jpg", width: 1440, height: 1080 },
      updatedTime: "2026-05-01T10:00:05.000Z",
    });
    expect(imageItem.parse(row())).toEqual(row());
  });

  test("gathers the warnings of reading and of decoding", async () => {
    const { table, row } = place();
    const [labels, thumbnails] = input.parallelResults;
    const odd: PersistMetadataInput = {
      ...input,
      extractedMetadata: { ...input.extractedMetadata, warnings: ["odd date"] },
      parallelResults: [labels, { ...thumbnails, warnings: ["odd bytes"] }],
    };

    await persistMetadata(odd, table, now);

    expect(row()).toMatchObject({ extractedMetadata: { warnings: ["odd date", "odd bytes"] } });
  });

  test("leaves alone what was decided about the photo", async () => {
    const review = { by: "ann", at: "2026-05-01T10:00:03.000Z", decision: "approved", reason: "" };
    const { table, row } = place({ review });
    await persistMetadata(input, table, now);
    expect(row()).toMatchObject({ status: "READY", review });
  });

  test.each(["PENDING_REVIEW", "FAILED", "EXPIRED"])(
    "of its own execution is stored over %s, and the reason of that goes",
    async (status) => {
      const { table, row } = place({ status, errReason: "before" });
      expect(await persistMetadata(input, table, now)).toEqual({ superseded: false });
      expect(row()).toMatchObject({ status: "READY" });
      expect(row()).not.toHaveProperty("errReason");
    },
  );
});

describe("a second run", () => {
  test("of the same execution changes nothing", async () => {
    const { table, row } = place();
    await persistMetadata(input, table, now);
    const before = row();

    const again = await persistMetadata(input, table, new Date("2026-05-01T11:00:00Z"));

    expect(again).toEqual({ superseded: false });
    expect(row()).toEqual(before);
  });
});

describe("a result is not stored", () => {
  test("over a newer version's row", async () => {
    const { table, row } = place({ executionArn: "newer" });
    const before = row();
    expect(await persistMetadata(input, table, now)).toEqual({
      superseded: true,
      because: "its row belongs to the execution newer",
    });
    expect(row()).toEqual(before);
  });

  test.each(["REJECTED", "UNSUPPORTED"])("over %s", async (status) => {
    const { table, row } = place({ status });
    expect(await persistMetadata(input, table, now)).toEqual({
      superseded: true,
      because: `its row is ${status} already`,
    });
    expect(row()).toMatchObject({ status });
  });

  test("for a photo that was deleted since: its row isn't made again", async () => {
    const { table, row } = place("deleted");
    expect(await persistMetadata(input, table, now)).toEqual({
      superseded: true,
      because: "its row was deleted",
    });
    expect(row()).toBeUndefined();
  });
});
