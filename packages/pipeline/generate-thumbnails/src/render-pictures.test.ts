import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { type Picture, renderPictures } from "./render-pictures.ts";

type Colour = { r: number; g: number; b: number; alpha?: number };
const red: Colour = { r: 220, g: 30, b: 30 };
const blue: Colour = { r: 30, g: 30, b: 220 };

const plain = (width: number, height: number, background: Colour = red) =>
  sharp({
    create: { width, height, channels: background.alpha === undefined ? 3 : 4, background },
  });

/** Red with a blue quarter at its top left. */
const marked = async (width: number, height: number) => {
  const quarter = await plain(Math.round(width / 2), Math.round(height / 2), blue)
    .png()
    .toBuffer();
  return plain(width, height).composite([{ input: quarter, left: 0, top: 0 }]);
};

/** As deployed: 1,769 MB. */
const memory = 1769 * 1024 * 1024;

const render = async (picture: Sharp) => renderPictures(await picture.toBuffer(), memory);

/** The colour in the middle of the picture's top left and bottom right quarters. */
async function corners(picture: Picture) {
  const { data, info } = await sharp(picture.bytes).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => {
    const offset =
      (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
    return [...data.subarray(offset, offset + info.channels)];
  };
  return { topLeft: at(0.25, 0.25), bottomRight: at(0.75, 0.75) };
}

const near = (colour: Colour, tolerance = 6) =>
  [colour.r, colour.g, colour.b].map((value) => ({
    asymmetricMatch: (other: unknown) =>
      typeof other === "number" && Math.abs(other - value) <= tolerance,
  }));

describe("sizes", () => {
  test.each([
    [3000, 2000, 1440, 960, 250, 167],
    [2000, 3000, 960, 1440, 167, 250],
    [1000, 500, 1000, 500, 250, 125],
    [100, 60, 100, 60, 100, 60],
    [1, 1, 1, 1, 1, 1],
    [10_000, 1, 1440, 1, 250, 1],
  ])(
    "%i × %i gives a preview of %i × %i and a thumbnail of %i × %i",
    async (width, height, ...sizes) => {
      const { preview, thumbnail } = await render(plain(width, height).jpeg());
      expect([preview.width, preview.height, thumbnail.width, thumbnail.height]).toEqual(sizes);
      expect(await sharp(preview.bytes).metadata()).toMatchObject({
        width: sizes[0],
        height: sizes[1],
      });
    },
  );
});

describe("both pictures", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("stand upright for orientation %i", async (orientation) => {
    const upright = await (await marked(80, 40)).png().toBuffer();
    // The inverse of what EXIF says has to be done to the stored pixels.
    const stored = {
      1: sharp(upright),
      2: sharp(upright).flop(),
      3: sharp(upright).rotate(180),
      4: sharp(upright).flip(),
      5: sharp(await sharp(upright).rotate(90).toBuffer()).flop(),
      6: sharp(upright).rotate(270),
      7: sharp(await sharp(upright).rotate(270).toBuffer()).flop(),
      8: sharp(upright).rotate(90),
    }[orientation] as Sharp;

    const { preview, thumbnail } = await render(
      stored.withMetadata({ orientation }).jpeg({ quality: 95, chromaSubsampling: "4:4:4" }),
    );

    for (const picture of [preview, thumbnail]) {
      expect([picture.width, picture.height]).toEqual([80, 40]);
      const { topLeft, bottomRight } = await corners(picture);
      expect(topLeft).toEqual(near(blue, 12));
      expect(bottomRight).toEqual(near(red, 12));
      expect((await sharp(picture.bytes).metadata()).orientation).toBeUndefined();
    }
  });

  test("hold no EXIF, GPS, XMP or profile of the original", async () => {
    const { preview, thumbnail } = await render(
      plain(400, 300)
        .withExif({
          IFD0: { Make: "Canon" },
          IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 0/1 0/1" },
        })
        .withXmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
        .jpeg(),
    );
    for (const { bytes } of [preview, thumbnail]) {
      const { exif, xmp, iptc, icc } = await sharp(bytes).metadata();
      expect({ exif, xmp, iptc, icc }).toEqual({});
      expect(Buffer.from(bytes).includes("Canon")).toBe(false);
    }
  });

  test("are sRGB, converted from a wide-gamut profile", async () => {
    const { preview } = await render(plain(64, 64).withIccProfile("p3").jpeg({ quality: 100 }));
    const { topLeft } = await corners(preview);
    expect(await sharp(preview.bytes).metadata()).toMatchObject({ space: "srgb", channels: 3 });
    expect(topLeft).toEqual(near(red, 8));
  });

  test.each([
    ["CMYK", plain(64, 64).toColourspace("cmyk").jpeg()],
    ["16 bits", plain(64, 64).toColourspace("rgb16").png()],
    ["a palette", plain(64, 64).png({ palette: true })],
    ["WebP", plain(64, 64).webp({ quality: 95 })],
    ["GIF", plain(64, 64).gif()],
  ])("are ordinary JPEGs from %s", async (_, picture) => {
    const { preview, thumbnail } = await render(picture);
    for (const made of [preview, thumbnail]) {
      expect(made.format).toBe("jpeg");
      expect(await sharp(made.bytes).metadata()).toMatchObject({
        space: "srgb",
        channels: 3,
        depth: "uchar",
      });
      expect((await corners(made)).topLeft).toEqual(near(red, 40));
    }
  });

  test("of a grey photo are grey", async () => {
    const { preview } = await render(
      plain(64, 64, { r: 90, g: 90, b: 90 }).toColourspace("b-w").jpeg(),
    );
    const { r, g, b } = { r: 90, g: 90, b: 90 };
    const shown = await sharp(preview.bytes).toColourspace("srgb").raw().toBuffer();
    expect([...shown.subarray(0, 3)]).toEqual(near({ r, g, b }));
  });
});

describe("transparency", () => {
  test("is kept, in PNGs", async () => {
    const { preview, thumbnail } = await render(plain(400, 300, { ...red, alpha: 0.5 }).png());
    for (const { bytes, format } of [preview, thumbnail]) {
      expect(format).toBe("png");
      expect(await sharp(bytes).metadata()).toMatchObject({ format: "png", hasAlpha: true });
    }
  });

  test("that hides nothing makes no PNG", async () => {
    const { preview } = await render(plain(400, 300, { ...red, alpha: 1 }).png());
    expect(preview.format).toBe("jpeg");
    expect((await corners(preview)).topLeft).toEqual(near(red));
  });

  test("is kept from a WebP and of 16 bits", async () => {
    const half = plain(40, 30, { ...red, alpha: 0.5 });
    expect((await render(half.clone().webp())).preview.format).toBe("png");
    expect((await render(half.clone().toColourspace("rgb16").png())).preview.format).toBe("png");
  });
});

describe("a picture that isn't whole", () => {
  const noise = sharp({
    create: {
      width: 400,
      height: 300,
      channels: 3,
      background: "#808080",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  });
  const half = async (picture: Sharp) => {
    const bytes = await picture.toBuffer();
    return bytes.subarray(0, bytes.byteLength / 2);
  };

  test.each([
    ["JPEG", noise.clone().jpeg()],
    ["progressive JPEG", noise.clone().jpeg({ progressive: true })],
    ["PNG", noise.clone().png()],
    ["WebP", noise.clone().webp()],
  ])("is refused: %s", async (_, picture) => {
    await expect(renderPictures(await half(picture), memory)).rejects.toMatchObject({
      name: "ImageIdentifyError",
      message: expect.stringMatching(/^the (file|picture)/),
      cause: expect.any(Error),
    });
  });

  test("says so, for a JPEG that is cut off", async () => {
    await expect(renderPictures(await half(noise.clone().jpeg()), memory)).rejects.toThrow(
      "the file is cut off: a part of the picture is missing",
    );
  });
});

test("bytes between the segments of a JPEG, which every viewer skips, are a warning", async () => {
  const jpeg = await (await marked(64, 64)).jpeg().toBuffer();
  const start = jpeg.subarray(0, 2);
  const odd = Buffer.concat([start, Buffer.alloc(6, 0x11), jpeg.subarray(2)]);

  const { preview, warnings } = await renderPictures(odd, memory);

  expect(preview).toMatchObject({ width: 64, height: 64 });
  expect(warnings).toEqual([
    "the file has a fault that was passed over: Corrupt JPEG data: 6 extraneous bytes before marker 0xdb",
  ]);
});
