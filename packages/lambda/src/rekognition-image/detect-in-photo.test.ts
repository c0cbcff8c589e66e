import { crc32 } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { memoryObjects, samplePhoto } from "../testing/index.ts";
import { detectInPhoto, type RekognitionImage } from "./detect-in-photo.ts";
import { limits, type PhotoSize } from "./rekognition-limits.ts";

/** As deployed: 1,536 MB. */
const memory = 1536 * 1024 * 1024;

const refusal = (name: string) => Object.assign(new Error(`${name}!`), { name });

/** Shows a photo to a Rekognition that gives these answers in turn. */
async function run(
  content: Uint8Array,
  metadata: Partial<PhotoSize>,
  answers: (string | Error)[] = ["seen"],
  photo = samplePhoto,
) {
  const objects = memoryObjects();
  objects.put(photo.s3key, photo.versionId, content);
  const images: RekognitionImage[] = [];
  const extractedMetadata = {
    format: "JPEG",
    width: 400,
    height: 300,
    fileSize: content.byteLength,
    ...metadata,
  };
  const output = detectInPhoto({ photo, extractedMetadata }, objects, memory, async (image) => {
    images.push(image);
    const answer = answers[images.length - 1] ?? refusal("Unexpected");
    if (answer instanceof Error) throw answer;
    return answer;
  });
  await output.catch(() => {});
  return { output, images, reads: objects.reads.length };
}

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#336699" } });
const jpeg = () => picture(400, 300).jpeg().toBuffer();
const sent = (image: RekognitionImage | undefined) =>
  image !== undefined && "Bytes" in image ? image.Bytes : new Uint8Array();

describe("what Rekognition takes", () => {
  test("is shown as the object, which isn't read", async () => {
    const { output, images, reads } = await run(await jpeg(), {});

    expect(await output).toBe("seen");
    expect(images).toEqual([
      { S3Object: { Bucket: "landing", Name: samplePhoto.s3key, Version: "v1" } },
    ]);
    expect(reads).toBe(0);
  });

  test("is shown without a version where the bucket has none", async () => {
    const unversioned = { ...samplePhoto, versionId: "null" };
    const { images } = await run(await jpeg(), {}, ["seen"], unversioned);
    expect(images).toEqual([{ S3Object: { Bucket: "landing", Name: samplePhoto.s3key } }]);
  });

  test("is shown as its own bytes when only the key is in the way", async () => {
    const content = await jpeg();
    const photo = { ...samplePhoto, s3key: "Incoming/ann/summer/at sea.jpg" };
    const { images } = await run(content, {}, ["seen"], photo);
    expect(Buffer.from(sent(images[0]))).toEqual(content);
  });
});

describe("what Rekognition doesn't take as it is", () => {
  test.each([
    ["WebP", picture(400, 300).webp(), { format: "WEBP" }, [400, 300]],
    ["a single pixel", picture(1, 1).png(), { format: "PNG", width: 1, height: 1 }, [80, 80]],
    [
      "a strip",
      picture(10_000, 1).png(),
      { format: "PNG", width: 10_000, height: 1 },
      [10_000, 80],
    ],
    ["a giant", picture(12_000, 300).jpeg(), { width: 12_000, height: 300 }, [3200, 80]],
    [
      "a portrait that lies on its side",
      picture(1, 300).withMetadata({ orientation: 6 }).jpeg(),
      { width: 300, height: 1 },
      [10_000, 80],
    ],
  ] as const)("is converted: %s", async (_, content, metadata, [width, height]) => {
    const { output, images } = await run(await content.toBuffer(), metadata);

    expect(await output).toBe("seen");
    expect(await sharp(sent(images[0])).metadata()).toMatchObject({
      format: "jpeg",
      width,
      height,
    });
  });

  test("is sent with at most 5 MB, even if it is noise", async () => {
    const noise = { type: "gaussian", mean: 128, sigma: 90 } as const;
    const content = await sharp({
      create: { width: 2600, height: 2600, channels: 3, background: "#808080", noise },
    })
      .webp({ lossless: true, effort: 0 })
      .toBuffer();
    const { images } = await run(content, { format: "WEBP", width: 2600, height: 2600 });
    expect(sent(images[0]).byteLength).toBeGreaterThan(100_000);
    expect(sent(images[0]).byteLength).toBeLessThanOrEqual(limits.requestBytes);
  });

  test.each(["InvalidImageFormatException", "InvalidS3ObjectException", "ImageTooLargeException"])(
    "is converted after an %s, once",
    async (name) => {
      const { output, images } = await run(await jpeg(), {}, [refusal(name), "seen"]);
      expect(await output).toBe("seen");
      expect(images).toHaveLength(2);
      expect(sent(images[1]).byteLength).toBeGreaterThan(0);
    },
  );

  test("and not converted either is an ImageIdentifyError", async () => {
    const twice = [refusal("InvalidImageFormatException"), refusal("InvalidImageFormatException")];
    const { output } = await run(await jpeg(), {}, twice);
    await expect(output).rejects.toMatchObject({ name: "ImageIdentifyError" });
  });

  test("and would take too much memory is refused before any decoding", async () => {
    const bomb = await picture(4, 3).png({ progressive: true }).toBuffer();
    bomb.writeUInt32BE(12_000, 16);
    bomb.writeUInt32BE(12_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    const { output, images } = await run(bomb, { format: "PNG", width: 12_000, height: 12_000 });
    await expect(output).rejects.toMatchObject({
      name: "ImageIdentifyError",
      message: expect.stringContaining("too many for an interlaced PNG"),
    });
    expect(images).toEqual([]);
  });

  test("and doesn't decode is an ImageIdentifyError for people", async () => {
    const { output } = await run(Buffer.from("no picture"), { format: "WEBP" });
    await expect(output).rejects.toMatchObject({
      name: "ImageIdentifyError",
      message: "the file is no picture that can be read",
    });
  });
});

test.each(["ThrottlingException", "AccessDeniedException"])(
  "%s is no reason to convert: it is thrown as it came",
  async (name) => {
    const thrown = refusal(name);
    const { output, images } = await run(await jpeg(), {}, [thrown, "seen"]);
    await expect(output).rejects.toBe(thrown);
    expect(images).toHaveLength(1);
  },
);
