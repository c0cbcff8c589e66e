import { describe, expect, test } from "vitest";
import { decodingBytes, type PictureLayout, refuseBomb } from "./decoding-memory.ts";

const megabytes = (memoryMb: number) => memoryMb * 1024 * 1024;
const labels = megabytes(1536);
const thumbnails = megabytes(1769);

const jpeg: PictureLayout = {
  format: "jpeg",
  width: 9500,
  height: 6330,
  channels: 3,
  depth: "uchar",
  chromaSubsampling: "4:4:4",
};
const png: PictureLayout = {
  format: "png",
  width: 9500,
  height: 6330,
  channels: 4,
  depth: "uchar",
};

describe("of 60 megapixels passes, in the smallest function that decodes:", () => {
  test.each<[string, PictureLayout]>([
    ["a JPEG", jpeg],
    ["a progressive JPEG without subsampling", { ...jpeg, isProgressive: true }],
    ["a PNG", png],
    ["an interlaced PNG with alpha", { ...png, isProgressive: true }],
    ["a PNG of 16 bits", { ...png, depth: "ushort" }],
    ["a WebP", { ...png, format: "webp" }],
  ])("%s", (_, layout) => {
    expect(() => refuseBomb(layout, labels)).not.toThrow();
  });
});

describe("a bomb is refused by pixels and layout:", () => {
  test.each<[string, PictureLayout, string]>([
    [
      "a progressive JPEG",
      {
        ...jpeg,
        width: 12_000,
        height: 12_000,
        isProgressive: true,
        chromaSubsampling: "4:2:0",
      },
      "the picture has 12000 × 12000 pixels (144 megapixels), too many for a progressive JPEG: save it as a baseline JPEG",
    ],
    [
      "an interlaced PNG",
      { ...png, width: 10_000, height: 10_000, isProgressive: true },
      "the picture has 10000 × 10000 pixels (100 megapixels), too many for an interlaced PNG: save it without interlacing",
    ],
    [
      "a plain PNG so wide that a thousand of its rows are too much",
      { ...png, width: 900_000, height: 260 },
      "the picture has 900000 × 260 pixels (234 megapixels), too many for a PNG of this shape: save it smaller",
    ],
    [
      "a WebP",
      { ...png, format: "webp", width: 16_000, height: 16_000 },
      "the picture has 16000 × 16000 pixels (256 megapixels), too many for a WebP of this shape: save it smaller",
    ],
    [
      "any picture above 268 megapixels",
      { ...jpeg, width: 20_000, height: 20_000 },
      "the picture has 20000 × 20000 pixels (400 megapixels), more than the 268 that can be processed",
    ],
  ])("%s", (_, layout, message) => {
    expect(() => refuseBomb(layout, thumbnails)).toThrow(
      expect.objectContaining({ name: "ImageIdentifyError", message }),
    );
  });

  test("and less of it passes in less memory", () => {
    const layout = { ...jpeg, width: 6000, height: 4000, isProgressive: true };
    expect(() => refuseBomb(layout, thumbnails)).not.toThrow();
    expect(() => refuseBomb(layout, megabytes(512))).toThrow("progressive JPEG");
  });
});

test("a JPEG that comes in rows takes the same memory whatever its size", () => {
  expect(decodingBytes({ ...jpeg, width: 16_000, height: 16_000 })).toBe(decodingBytes(jpeg));
});

test("subsampled colours of a progressive JPEG count half a sample a pixel in all", () => {
  const held = (layout: PictureLayout) =>
    decodingBytes({ ...layout, isProgressive: true }) - decodingBytes(jpeg);
  const pixels = jpeg.width * jpeg.height;
  expect(held(jpeg)).toBe(pixels * 6);
  expect(held({ ...jpeg, chromaSubsampling: "4:2:0" })).toBe(pixels * 3);
  expect(held({ ...jpeg, channels: 1 })).toBe(pixels * 2);
  expect(held({ ...jpeg, channels: 4, chromaSubsampling: "4:2:0:4" })).toBe(pixels * 5);
});
