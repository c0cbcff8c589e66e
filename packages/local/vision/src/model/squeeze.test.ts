import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { moderationInputSide as side, squeeze } from "./squeeze.ts";

const canvas = { width: 100, height: 100, channels: 3 } as const;

/** Red above green, wider than high. */
function redAboveGreen(): Sharp {
  const half = { width: 640, height: 240, channels: 3 } as const;
  return sharp({ create: { ...half, height: 480, background: "#00ff00" } }).composite([
    { input: { create: { ...half, background: "#ff0000" } }, top: 0, left: 0 },
  ]);
}

/** Red, green and blue, rounded, where fractions of the sides say. */
function at(samples: Float32Array, x: number, y: number): number[] {
  const pixel = (Math.floor(y * side) * side + Math.floor(x * side)) * 3;
  return [...samples.subarray(pixel, pixel + 3)].map(Math.round);
}

test("squeezes the whole picture into the square, its samples from 0 to 1", async () => {
  const samples = await squeeze(await redAboveGreen().png().toBuffer());
  expect(samples).toHaveLength(side * side * 3);
  for (const x of [0, 0.5, 0.999]) {
    expect(at(samples, x, 0)).toEqual([1, 0, 0]);
    expect(at(samples, x, 0.49)).toEqual([1, 0, 0]);
    expect(at(samples, x, 0.51)).toEqual([0, 1, 0]);
    expect(at(samples, x, 0.999)).toEqual([0, 1, 0]);
  }
});

test("turns a JPEG upright", async () => {
  const lying = await sharp(await redAboveGreen().png().toBuffer())
    .rotate(-90)
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const samples = await squeeze(lying);
  expect(at(samples, 0.5, 0.1)).toEqual([1, 0, 0]);
  expect(at(samples, 0.5, 0.9)).toEqual([0, 1, 0]);
});

test("takes single pixels and averages none", async () => {
  const pixels = Buffer.alloc(896 * 896 * 3);
  for (let at = 0; at < pixels.length; at += 3) pixels.fill((at / 3) % 2 ? 255 : 0, at, at + 3);
  for (const format of ["png", "jpeg"] as const) {
    const stripes = await sharp(pixels, { raw: { width: 896, height: 896, channels: 3 } })
      .toFormat(format, { quality: 100 })
      .toBuffer();
    const middling = (await squeeze(stripes)).filter((sample) => sample > 0.1 && sample < 0.9);
    expect(middling).toHaveLength(0);
  }
});

test.each([
  ["grey", () => sharp({ create: { ...canvas, background: "#fff" } }).toColourspace("b-w")],
  ["transparent", () => sharp({ create: { ...canvas, channels: 4, background: "#f000" } })],
  ["16-bit", () => sharp({ create: { ...canvas, background: "#fff" } }).toColourspace("rgb16")],
])("reads a %s picture as three samples a pixel, on white", async (_, make) => {
  expect(at(await squeeze(await make().png().toBuffer()), 0.5, 0.5)).toEqual([1, 1, 1]);
});
