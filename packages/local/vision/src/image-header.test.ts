import fc from "fast-check";
import sharp from "sharp";
import { expect, test } from "vitest";
import { readImageHeader } from "./image-header.ts";

const plain = { width: 640, height: 480, channels: 3, background: "#4080c0" } as const;

function picture(channels: 3 | 4 = 3) {
  return sharp({ create: { ...plain, channels } });
}

test("reads format and size of JPEG and PNG, and that their rows come one by one", async () => {
  for (const format of ["jpeg", "png"] as const) {
    const image = await picture().toFormat(format).toBuffer();
    expect(readImageHeader(image)).toEqual({ format, width: 640, height: 480, bufferedBytes: 0 });
  }
});

test("counts what a decoder must hold of a progressive JPEG: 2 bytes for each coefficient", async () => {
  const pixels = 640 * 480;
  for (const [chromaSubsampling, perPixel] of [
    ["4:4:4", 3],
    ["4:2:0", 1.5],
  ] as const) {
    const image = await picture().jpeg({ progressive: true, chromaSubsampling }).toBuffer();
    expect(readImageHeader(image)?.bufferedBytes).toBe(pixels * perPixel * 2);
  }
});

test("counts the whole of an interlaced PNG", async () => {
  const image = await picture(4).png({ progressive: true }).toBuffer();
  expect(readImageHeader(image)?.bufferedBytes).toBe(640 * 480 * 4);
  const deep = await picture(4).toColourspace("rgb16").png({ progressive: true }).toBuffer();
  expect(readImageHeader(deep)?.bufferedBytes).toBe(640 * 480 * 4 * 2);
});

test("takes a JPEG whose scan leaves components to later scans as one that must be held", async () => {
  const image = await picture().jpeg({ chromaSubsampling: "4:4:4" }).toBuffer();
  const componentsInScan = image.indexOf(Buffer.from([0xff, 0xda])) + 4;
  image[componentsInScan] = 1;
  expect(readImageHeader(image)?.bufferedBytes).toBe(640 * 480 * 3 * 2);
});

test("skips stray bytes between the segments of a JPEG, as decoders do", async () => {
  const image = await picture().jpeg().toBuffer();
  const stray = Buffer.concat([image.subarray(0, 2), Buffer.from("stray"), image.subarray(2)]);
  expect(readImageHeader(stray)).toEqual(readImageHeader(image));
});

test("finds nothing in other formats, in text and in no bytes", async () => {
  const others = [
    await picture().webp().toBuffer(),
    await picture().gif().toBuffer(),
    Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"),
    Buffer.alloc(0),
  ];
  for (const image of others) expect(readImageHeader(image)).toBeUndefined();
});

test("ends on any bytes, however a header is cut or broken", async () => {
  const jpeg = await picture().jpeg({ progressive: true }).toBuffer();
  const png = await picture().png().toBuffer();
  fc.assert(
    fc.property(
      fc.constantFrom(jpeg, png),
      fc.nat(700),
      fc.array(fc.tuple(fc.nat(699), fc.nat(255)), { maxLength: 20 }),
      (original, length, changes) => {
        const image = Uint8Array.from(original.subarray(0, length));
        for (const [at, value] of changes) if (at < image.length) image[at] = value;
        const header = readImageHeader(image);
        if (header !== undefined) expect(header.width * header.height).toBeGreaterThan(0);
      },
    ),
    { numRuns: 2000 },
  );
});
