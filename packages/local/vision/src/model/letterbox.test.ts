import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { type Letterboxed, letterbox } from "./letterbox.ts";

const side = 64;

function colourAt({ samples }: Letterboxed, x: number, y: number): number[] {
  return [...samples.subarray((y * side + x) * 3, (y * side + x) * 3 + 3)].map(Math.round);
}

/** Red on the left, blue on the right, 200 × 100. */
function redAndBlue(): Sharp {
  const blue = { create: { width: 100, height: 100, channels: 3, background: "#0000ff" } } as const;
  return sharp({
    create: { width: 200, height: 100, channels: 3, background: "#ff0000" },
  }).composite([{ input: blue, left: 100, top: 0 }]);
}

test("scales a picture into the middle of a black square, as RGB from 0 to 255", async () => {
  const boxed = await letterbox(await redAndBlue().png().toBuffer(), side);
  expect(boxed).toMatchObject({ left: 0, top: 16, width: 64, height: 32 });
  expect(colourAt(boxed, 8, 32)).toEqual([255, 0, 0]);
  expect(colourAt(boxed, 56, 32)).toEqual([0, 0, 255]);
  expect(colourAt(boxed, 8, 8)).toEqual([0, 0, 0]);
  expect(colourAt(boxed, 8, 56)).toEqual([0, 0, 0]);
});

test("shows a JPEG of every EXIF orientation upright", async () => {
  const upright = await redAndBlue().png().toBuffer();
  // How a camera that was turned, or that mirrors, stores what is upright when shown.
  const stored: Record<number, (picture: Sharp) => Sharp> = {
    1: (picture) => picture,
    2: (picture) => picture.flop(),
    3: (picture) => picture.rotate(180),
    4: (picture) => picture.flip(),
    5: (picture) => picture.flop().rotate(270),
    6: (picture) => picture.rotate(270),
    7: (picture) => picture.flop().rotate(90),
    8: (picture) => picture.rotate(90),
  };
  for (const [orientation, turn] of Object.entries(stored)) {
    const image = await turn(sharp(upright))
      .withMetadata({ orientation: Number(orientation) })
      .jpeg()
      .toBuffer();
    const boxed = await letterbox(image, side);
    expect(boxed, orientation).toMatchObject({ left: 0, top: 16, width: 64, height: 32 });
    expect(colourAt(boxed, 8, 32)[0], orientation).toBeGreaterThan(240);
    expect(colourAt(boxed, 56, 32)[2], orientation).toBeGreaterThan(240);
  }
});

test("takes grey, CMYK, 16-bit and transparent pictures", async () => {
  const grey = await redAndBlue().toColourspace("b-w").png().toBuffer();
  const [red, green, blue] = colourAt(await letterbox(grey, side), 8, 32);
  expect([green, blue]).toEqual([red, red]);

  const cmyk = await redAndBlue().toColourspace("cmyk").jpeg().toBuffer();
  expect(colourAt(await letterbox(cmyk, side), 8, 32)[0]).toBeGreaterThan(180);

  const deep = await redAndBlue().toColourspace("rgb16").png().toBuffer();
  expect(colourAt(await letterbox(deep, side), 8, 32)).toEqual([255, 0, 0]);

  const clear = { r: 0, g: 0, b: 0, alpha: 0 };
  const transparent = await sharp({
    create: { width: 100, height: 100, channels: 4, background: clear },
  })
    .png()
    .toBuffer();
  expect(colourAt(await letterbox(transparent, side), 32, 32)).toEqual([255, 255, 255]);
});

test("keeps a strip a line of at least one pixel", async () => {
  const strip = await sharp({
    create: { width: 10_000, height: 80, channels: 3, background: "#00ff00" },
  })
    .png()
    .toBuffer();
  expect(await letterbox(strip, side)).toMatchObject({ width: 64, height: 1 });
});

test("fails for a picture cut short, and doesn't for stray bytes between segments", async () => {
  const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
  const image = await sharp({
    create: { width: 300, height: 300, channels: 3, background: "#000", noise },
  })
    .jpeg()
    .toBuffer();
  await expect(letterbox(image.subarray(0, image.length / 2), side)).rejects.toThrow();
  const stray = Buffer.concat([image.subarray(0, 2), Buffer.from("stray"), image.subarray(2)]);
  expect(await letterbox(stray, side)).toMatchObject({ width: 64, height: 64 });
});
