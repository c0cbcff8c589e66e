import sharp from "sharp";
import { type Orientation, orient } from "../demo/orient.ts";

const red = { r: 230, g: 30, b: 30 };

/** An upright 800 × 600 landscape with a red top left corner, stored as `orientation` says. */
export async function photo(options: {
  width?: number;
  height?: number;
  orientation?: Orientation;
}): Promise<Buffer> {
  const { width = 800, height = 600, orientation = 1 } = options;
  const sideways = orientation >= 5;
  const [shownWidth, shownHeight] = sideways ? [height, width] : [width, height];
  const upright = await sharp({
    create: {
      width: shownWidth,
      height: shownHeight,
      channels: 3,
      background: { r: 40, g: 90, b: 160 },
    },
  })
    .composite([
      {
        input: { create: { width: 150, height: 150, channels: 3, background: red } },
        left: 0,
        top: 0,
      },
    ])
    .png({ compressionLevel: 0 })
    .toBuffer();
  return orient(sharp(upright), orientation)
    .withExif({
      IFD0: { Make: "Testmake", Model: "Model 1", Orientation: String(orientation) },
      IFD2: { DateTimeOriginal: "2024:05:06 07:08:09" },
      IFD3: {
        GPSLatitudeRef: "N",
        GPSLatitude: "46/1 30/1 0/1",
        GPSLongitudeRef: "W",
        GPSLongitude: "7/1 15/1 0/1",
      },
    })
    .withMetadata({ orientation })
    .jpeg({ quality: 85 })
    .toBuffer();
}

/** Files that people do upload, and what each is answered with. */
export const oddFiles: readonly {
  name: string;
  status: "UNSUPPORTED" | "READY";
  reason: RegExp;
  bytes: () => Promise<Buffer>;
}[] = [
  {
    name: "empty.jpg",
    status: "UNSUPPORTED",
    reason: /empty/i,
    bytes: async () => Buffer.alloc(0),
  },
  {
    name: "text.jpg",
    status: "UNSUPPORTED",
    reason: /text/i,
    bytes: async () => Buffer.from("This is a letter, not a photo.\n".repeat(50)),
  },
  {
    name: "truncated.jpg",
    status: "UNSUPPORTED",
    reason: /.+/,
    bytes: async () => {
      const whole = await sharp({
        create: {
          width: 1200,
          height: 900,
          channels: 3,
          background: "grey",
          noise: { type: "gaussian", mean: 128, sigma: 40 },
        },
      })
        .jpeg()
        .toBuffer();
      return whole.subarray(0, whole.length / 2);
    },
  },
  {
    name: "animation.gif",
    status: "UNSUPPORTED",
    reason: /GIF/,
    bytes: async () =>
      sharp(await photo({}))
        .gif()
        .toBuffer(),
  },
  {
    name: "letter.pdf",
    status: "UNSUPPORTED",
    reason: /PDF/,
    bytes: async () => Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"),
  },
  {
    name: "drawing.svg",
    status: "UNSUPPORTED",
    reason: /SVG/,
    bytes: async () =>
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>'),
  },
  {
    name: "transparent.png",
    status: "READY",
    reason: /^$/,
    bytes: async () =>
      sharp({
        create: {
          width: 300,
          height: 200,
          channels: 4,
          background: { r: 1, g: 2, b: 3, alpha: 0.5 },
        },
      })
        .png()
        .toBuffer(),
  },
  {
    name: "photo-named-as-text.txt",
    status: "READY",
    reason: /^$/,
    bytes: async () => photo({}),
  },
  {
    name: "modern.webp",
    status: "READY",
    reason: /^$/,
    bytes: async () =>
      sharp(await photo({}))
        .webp()
        .toBuffer(),
  },
  {
    name: "dot.png",
    status: "READY",
    reason: /^$/,
    bytes: async () =>
      sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } })
        .png()
        .toBuffer(),
  },
];
