import { crc32 } from "node:zlib";
import { memoryObjects, samplePhoto } from "@darkroom/lambda/testing";
import { extractedMetadata } from "@darkroom/workflow";
import sharp, { type Exif, type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { extractMetadata, headLength } from "./extract-metadata.ts";

/** Noise, so that a picture of some size is a file of some size. */
const noise = (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: "#808080",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  });

const camera: Exif = {
  IFD0: { Make: "Canon", Model: "EOS 5D" },
  IFD2: { DateTimeOriginal: "2023:05:01 12:34:56", OffsetTimeOriginal: "+02:00" },
  IFD3: {
    GPSLatitudeRef: "N",
    GPSLatitude: "51/1 30/1 3012/100",
    GPSLongitudeRef: "W",
    GPSLongitude: "0/1 7/1 39/1",
  },
};

async function extract(content: Uint8Array | Sharp) {
  const objects = memoryObjects();
  objects.put(
    samplePhoto.s3key,
    samplePhoto.versionId,
    content instanceof Uint8Array ? content : await content.toBuffer(),
  );
  const metadata = extractMetadata(samplePhoto, objects);
  await metadata.catch(() => {});
  return { metadata, objects };
}

describe("a photo", () => {
  test("has format, size, time, camera and place", async () => {
    const jpeg = await noise(40, 30).withExif(camera).jpeg().toBuffer();

    const { metadata } = await extract(jpeg);

    expect(await metadata).toEqual({
      format: "JPEG",
      width: 40,
      height: 30,
      fileSize: jpeg.byteLength,
      creationTime: "2023-05-01T12:34:56+02:00",
      exifMake: "Canon",
      exifModel: "EOS 5D",
      geo: {
        latitude: { D: 51, M: 30, S: 30.12, Direction: "N" },
        longitude: { D: 0, M: 7, S: 39, Direction: "W" },
      },
    });
    expect(extractedMetadata.parse(await metadata)).toEqual(await metadata);
  });

  test.each([
    ["PNG", noise(40, 30).withExif(camera).png()],
    ["WEBP", noise(40, 30).withExif(camera).webp()],
  ])("has them in a %s too", async (format, picture) => {
    const { metadata } = await extract(picture);
    expect(await metadata).toMatchObject({ format, width: 40, exifMake: "Canon", geo: {} });
  });

  test.each([1, 2, 3, 4])("has the size of its pixels in orientation %i", async (orientation) => {
    const { metadata } = await extract(noise(40, 30).withMetadata({ orientation }).jpeg());
    expect(await metadata).toMatchObject({ width: 40, height: 30 });
  });

  test.each([5, 6, 7, 8])("has the size it is shown in in orientation %i", async (orientation) => {
    const { metadata } = await extract(noise(40, 30).withMetadata({ orientation }).jpeg());
    expect(await metadata).toMatchObject({ width: 30, height: 40 });
  });

  test.each([
    ["GIF", noise(4, 3).gif()],
    ["TIFF", noise(4, 3).tiff()],
    ["AVIF", noise(4, 3).avif()],
  ])("of a type that the machine refuses later is told by its format: %s", async (format, gif) => {
    expect(await (await extract(gif)).metadata).toMatchObject({ format, width: 4, height: 3 });
  });

  test.each([
    [1, 1],
    [10_000, 1],
  ])("may be %i × %i", async (width, height) => {
    expect(await (await extract(noise(width, height).png())).metadata).toMatchObject({
      width,
      height,
    });
  });
});

describe("of the object", () => {
  test("only the head of a large JPEG is read", async () => {
    const jpeg = await noise(1200, 900).withExif(camera).jpeg({ quality: 95 }).toBuffer();
    expect(jpeg.byteLength).toBeGreaterThan(2 * headLength);

    const { metadata, objects } = await extract(jpeg);

    expect(await metadata).toMatchObject({ width: 1200, fileSize: jpeg.byteLength });
    expect(objects.reads.map(({ bytes }) => bytes)).toEqual([headLength]);
  });

  test("all is read where the head doesn't do: a WebP keeps its EXIF at its end", async () => {
    const webp = await noise(1200, 900).withExif(camera).webp({ quality: 95 }).toBuffer();
    expect(webp.byteLength).toBeGreaterThan(headLength);

    const { metadata, objects } = await extract(webp);

    expect(await metadata).toMatchObject({ width: 1200, exifMake: "Canon" });
    expect(objects.reads.map(({ bytes }) => bytes)).toEqual([headLength, webp.byteLength]);
  });

  test("the version of the event is read although a newer one is there", async () => {
    const objects = memoryObjects();
    objects.put(samplePhoto.s3key, "v1", await noise(40, 30).png().toBuffer());
    objects.put(samplePhoto.s3key, "v2", await noise(99, 99).png().toBuffer());

    expect(await extractMetadata(samplePhoto, objects)).toMatchObject({ width: 40, height: 30 });
  });

  test("nothing is told once it is deleted, although its version could be read", async () => {
    const objects = memoryObjects();
    objects.put(samplePhoto.s3key, "v1", await noise(40, 30).png().toBuffer());
    objects.delete(samplePhoto.s3key);

    await expect(extractMetadata(samplePhoto, objects)).rejects.toMatchObject({
      name: "ObjectNotFoundError",
      message: "the object was deleted before it could be read",
    });
  });
});

describe("odd EXIF is left out with a warning", () => {
  test("an impossible date", async () => {
    const exif = { IFD2: { DateTimeOriginal: "2023:02:31 12:00:00" } };
    expect(await (await extract(noise(4, 3).withExif(exif).jpeg())).metadata).toMatchObject({
      warnings: ['the creation time "2023:02:31 12:00:00" is impossible and was left out'],
    });
  });

  test("a place that is none", async () => {
    const exif = { IFD3: { ...camera.IFD3, GPSLatitude: "91/1 0/1 0/1" } };
    const metadata = await (await extract(noise(4, 3).withExif(exif).jpeg())).metadata;
    expect(metadata.geo).toBeUndefined();
    expect(metadata.warnings).toEqual(["the GPS position is no place on earth and was left out"]);
  });

  test("broken rationals", async () => {
    const exif = { IFD3: { ...camera.IFD3, GPSLongitude: "0/0 0/0 0/0" } };
    expect((await (await extract(noise(4, 3).withExif(exif).jpeg())).metadata).geo).toBeUndefined();
  });

  test("control characters and length of a camera's name", async () => {
    const exif = { IFD0: { Make: "  Can\u0007on  Inc ", Model: "M".repeat(500) } };
    const metadata = await (await extract(noise(4, 3).withExif(exif).jpeg())).metadata;
    expect(metadata.exifMake).toBe("Can on Inc");
    expect(metadata.exifModel).toBe("M".repeat(100));
  });

  test("a block that is no EXIF", async () => {
    const jpeg = await noise(4, 3).withExif(camera).jpeg().toBuffer();
    const start = jpeg.indexOf("Exif\0\0") + 6;
    jpeg.fill(0xee, start, start + 40);
    const metadata = await (await extract(jpeg)).metadata;
    expect(metadata).toMatchObject({ format: "JPEG", width: 4 });
    expect(metadata.exifMake).toBeUndefined();
  });
});

describe("what is no photo is an ImageIdentifyError that says what it is", () => {
  const jpeg = noise(400, 300).jpeg().toBuffer();
  test.each([
    ["nothing", Promise.resolve(Buffer.alloc(0)), "the file is empty"],
    ["text named .jpg", Promise.resolve(Buffer.from("hello")), "the file is text, not a photo"],
    ["a PDF", Promise.resolve(Buffer.from("%PDF-1.7")), "the file is a PDF document, not a photo"],
    [
      "an SVG",
      Promise.resolve(Buffer.from("<svg xmlns='x'></svg>")),
      "the file is an SVG drawing, not a photo",
    ],
    [
      "a JPEG cut off in its header",
      jpeg.then((bytes) => bytes.subarray(0, 100)),
      "the file starts like JPEG, but its header is damaged or cut off",
    ],
    [
      "a signature and nothing else",
      Promise.resolve(Buffer.from("\x89PNG\r\n\x1a\n", "latin1")),
      "the file starts like PNG, but its header is damaged or cut off",
    ],
    [
      "a HEIC of which nothing can be read",
      Promise.resolve(Buffer.from("\0\0\0\x18ftypheic\0\0\0\0heicmif1")),
      "HEIC is not supported yet: JPEG, PNG and WebP are",
    ],
  ])("%s", async (_, content, message) => {
    const { metadata } = await extract(await content);
    await expect(metadata).rejects.toMatchObject({ name: "ImageIdentifyError", message });
  });

  test("a bomb: more pixels than can be decoded", async () => {
    const png = await noise(4, 3).png().toBuffer();
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    const { metadata } = await extract(png);
    await expect(metadata).rejects.toMatchObject({
      name: "ImageIdentifyError",
      message:
        "the picture has 60000 × 60000 pixels (3600 megapixels), more than the 268 that can be processed",
    });
  });

  test("a truncated JPEG passes here: generate-thumbnails decodes it and refuses it", async () => {
    const bytes = await jpeg;
    const { metadata } = await extract(bytes.subarray(0, bytes.byteLength / 2));
    expect(await metadata).toMatchObject({ width: 400 });
  });
});
