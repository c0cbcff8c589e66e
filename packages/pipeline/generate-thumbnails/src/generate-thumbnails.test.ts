import { S3Client } from "@aws-sdk/client-s3";
import { answering, memoryObjects, type Request, samplePhoto } from "@darkroom/lambda/testing";
import { generateThumbnailsOutput } from "@darkroom/workflow";
import sharp from "sharp";
import { expect, test } from "vitest";
import { generateThumbnails } from "./generate-thumbnails.ts";
import { pictureWriter } from "./picture-writer.ts";

async function run(background: string) {
  const objects = memoryObjects();
  const picture = sharp({ create: { width: 2000, height: 1000, channels: 4, background } });
  objects.put(samplePhoto.s3key, samplePhoto.versionId, await picture.png().toBuffer());
  objects.put(samplePhoto.s3key, "v2", Buffer.from("a newer version"));
  const puts: Request[] = [];
  const s3 = new S3Client(
    answering((request) => {
      puts.push(request);
      return {};
    }),
  );
  const output = await generateThumbnails(
    samplePhoto,
    objects,
    pictureWriter(s3),
    1769 * 1024 * 1024,
  );
  return { output, puts };
}

test("both pictures are put beside the photo, each version's under keys of its own", async () => {
  const { output, puts } = await run("#336699");

  expect(output).toEqual({
    thumbnail: {
      s3key: expect.stringMatching(
        /^Thumbnail\/0123456789abcdef0123456789abcdef\/[0-9a-f]{16}\.jpg$/,
      ),
      width: 250,
      height: 125,
    },
    preview: {
      s3key: expect.stringMatching(
        /^Preview\/0123456789abcdef0123456789abcdef\/[0-9a-f]{16}\.jpg$/,
      ),
      width: 1440,
      height: 720,
    },
  });
  expect(generateThumbnailsOutput.parse(output)).toEqual(output);
  expect(puts.map(({ path }) => path).sort()).toEqual([
    `/${output.preview.s3key}`,
    `/${output.thumbnail.s3key}`,
  ]);
});

test("a browser may keep them for good", async () => {
  const { puts } = await run("#336699");
  for (const { headers } of puts) {
    expect(headers["content-type"]).toBe("image/jpeg");
    expect(headers["cache-control"]).toBe("max-age=31536000, immutable");
  }
});

test("transparent ones are PNGs", async () => {
  const { output, puts } = await run("#33669980");
  expect(output.thumbnail.s3key).toMatch(/\.png$/);
  expect(puts.map(({ headers }) => headers["content-type"])).toEqual(["image/png", "image/png"]);
});
