import { crc32 } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { type Orientation, orient } from "../demo/orient.ts";
import { lyingExif } from "./lying-exif.ts";

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

export interface OddFile {
  /** Its row in docs/odd-files.md, which says how it ends. */
  what: string;
  /** The end of its key. */
  name: string;
  bytes: () => Promise<Buffer>;
}

const plain = (width: number, height: number): Sharp =>
  sharp({
    create: { width, height, channels: 3, background: "#336699" },
    limitInputPixels: false,
  });
const transparent = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 4, background: "#33669980" } });

/** The same noise each time. */
function noise(width: number, height: number): Sharp {
  const samples = Buffer.alloc(Math.ceil((width * height * 3) / 4) * 4);
  let state = 1;
  for (let offset = 0; offset < samples.length; offset += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    samples.writeUInt32LE(state, offset);
  }
  return sharp(samples.subarray(0, width * height * 3), { raw: { width, height, channels: 3 } });
}

/** Files that people do upload, each made here. docs/odd-files.md says how each ends. */
export const oddFiles: readonly OddFile[] = [
  { what: "An empty file", name: "empty.jpg", bytes: async () => Buffer.alloc(0) },
  {
    what: "Text named `.jpg`",
    name: "text.jpg",
    bytes: async () => Buffer.from("This is a letter, not a photo.\n".repeat(50)),
  },
  {
    what: "A PDF named `.jpg`",
    name: "letter.jpg",
    bytes: async () => Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"),
  },
  {
    what: "An MP4 named `.jpg`",
    name: "film.jpg",
    bytes: async () =>
      Buffer.concat([
        Buffer.from("\0\0\0\x18ftypisom\0\0\x02\0isommp42", "latin1"),
        Buffer.from("\0\0\x10\x08mdat", "latin1"),
        Buffer.alloc(4096, 7),
      ]),
  },
  {
    what: "An SVG",
    name: "drawing.svg",
    bytes: async () =>
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>'),
  },
  { what: "A GIF", name: "animation.gif", bytes: () => plain(80, 60).gif().toBuffer() },
  { what: "A TIFF", name: "scan.tif", bytes: () => plain(80, 60).tiff().toBuffer() },
  { what: "An AVIF", name: "modern.avif", bytes: () => plain(80, 60).avif().toBuffer() },
  {
    what: "A HEIC from a phone",
    name: "phone.heic",
    bytes: async () => heic(await plain(80, 60).avif().toBuffer()),
  },

  {
    what: "A JPEG that is cut off",
    name: "truncated.jpg",
    bytes: async () => firstHalf(await noise(1200, 900).jpeg().toBuffer()),
  },
  {
    what: "A JPEG that is cut off in its header",
    name: "headless.jpg",
    bytes: async () => (await noise(1200, 900).jpeg().toBuffer()).subarray(0, 100),
  },
  {
    what: "A PNG that is cut off",
    name: "truncated.png",
    bytes: async () => firstHalf(await noise(400, 300).png().toBuffer()),
  },
  {
    what: "A PNG with a broken checksum",
    name: "crc.png",
    bytes: async () => breakChecksum(await noise(400, 300).png().toBuffer()),
  },
  {
    what: "A JPEG with stray bytes between its segments",
    name: "extraneous.jpg",
    bytes: async () => {
      const jpeg = await photo({});
      return Buffer.concat([jpeg.subarray(0, 2), Buffer.alloc(6, 0x11), jpeg.subarray(2)]);
    },
  },

  {
    what: "A CMYK JPEG",
    name: "print.jpg",
    bytes: () => plain(800, 600).toColourspace("cmyk").jpeg().toBuffer(),
  },
  {
    what: "A PNG of 16 bits",
    name: "deep.png",
    bytes: () => plain(800, 600).toColourspace("rgb16").png().toBuffer(),
  },
  {
    what: "An animated PNG: its first picture",
    name: "animation.png",
    bytes: async () => animated(await plain(300, 200).png().toBuffer()),
  },
  {
    what: "A transparent PNG",
    name: "transparent.png",
    bytes: () => transparent(300, 200).png().toBuffer(),
  },
  { what: "A WebP", name: "modern.webp", bytes: () => plain(800, 600).webp().toBuffer() },
  { what: "A photo named `.txt`", name: "photo.txt", bytes: () => photo({}) },
  { what: "1 × 1 px", name: "dot.png", bytes: () => plain(1, 1).png().toBuffer() },
  { what: "10,000 × 1 px", name: "strip.png", bytes: () => plain(10_000, 1).png().toBuffer() },
  {
    what: "A photo of 60 megapixels",
    name: "60-megapixels.jpg",
    bytes: () => noise(950, 633).resize(9500, 6330).jpeg().toBuffer(),
  },
  {
    what: "A progressive JPEG of 60 megapixels",
    name: "60-megapixels-progressive.jpg",
    bytes: () =>
      plain(9500, 6330).jpeg({ progressive: true, chromaSubsampling: "4:4:4" }).toBuffer(),
  },
  {
    what: "A photo of 60 MB",
    name: "60-megabytes.jpg",
    bytes: async () => {
      const jpeg = await noise(5400, 4400)
        .jpeg({ quality: 99, chromaSubsampling: "4:4:4" })
        .toBuffer();
      if (jpeg.byteLength < 60e6) throw new Error(`It has ${jpeg.byteLength} bytes only`);
      return jpeg;
    },
  },

  {
    what: "A progressive JPEG of 12,000 × 12,000 px",
    name: "bomb.jpg",
    bytes: () => plain(12_000, 12_000).jpeg({ progressive: true }).toBuffer(),
  },
  {
    what: "An interlaced PNG with alpha of 10,000 × 10,000 px",
    name: "bomb.png",
    bytes: () => transparent(10_000, 10_000).png({ progressive: true }).toBuffer(),
  },
  {
    what: "A PNG with alpha of 500,000 × 200 px",
    name: "wide.png",
    bytes: () => transparent(500_000, 200).png().toBuffer(),
  },
  {
    what: "20,000 × 20,000 px",
    name: "20000.png",
    bytes: () => plain(20_000, 20_000).toColourspace("b-w").png({ compressionLevel: 1 }).toBuffer(),
  },
  {
    what: "A file of more than 200 MB",
    name: "200-megabytes.jpg",
    bytes: async () => Buffer.concat([await photo({}), Buffer.alloc(201e6)]),
  },

  {
    what: "EXIF with an impossible date, a place that is none, and control characters",
    name: "lies.jpg",
    bytes: async () => {
      const exif = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), lyingExif(1000)]);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(exif.byteLength + 2);
      const jpeg = await plain(400, 300).jpeg().toBuffer();
      const marker = Buffer.from([0xff, 0xe1]);
      return Buffer.concat([jpeg.subarray(0, 2), marker, length, exif, jpeg.subarray(2)]);
    },
  },
  {
    what: "The same, with 3 MB of maker notes",
    name: "notes.png",
    bytes: async () => {
      const png = await plain(400, 300).png().toBuffer();
      return Buffer.concat([
        png.subarray(0, afterHeader),
        chunk("eXIf", lyingExif(3e6)),
        png.subarray(afterHeader),
      ]);
    },
  },

  {
    what: "A key of 1,024 bytes",
    name: `${"k".repeat(200)}/`.repeat(4).padEnd(1003, "x").concat(".jpg"),
    bytes: () => photo({}),
  },
  {
    what: "A key with quotes, spaces, a plus, a percent sign and letters beyond ASCII",
    name: `"it's" <&> 100%41 a+b  ünï 📷.jpg`,
    bytes: () => photo({}),
  },
];

function firstHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.byteLength / 2);
}

/** sharp can't write HEVC: an AVIF that says it is one is refused by the same check. */
function heic(avif: Buffer): Buffer {
  const text = avif.toString("latin1");
  return Buffer.from(text.replaceAll("avif", "heic").replaceAll("av01", "hvc1"), "latin1");
}

/** In bytes: a PNG's signature and IHDR. */
const afterHeader = 33;

function chunk(type: string, data: Uint8Array): Buffer {
  const typeAndData = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.byteLength);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(typeAndData));
  return Buffer.concat([length, typeAndData, checksum]);
}

function breakChecksum(png: Buffer): Buffer {
  const type = png.indexOf("IDAT");
  const checksum = type + 4 + png.readUInt32BE(type - 4);
  png.writeUInt32BE((png.readUInt32BE(checksum) ^ 1) >>> 0, checksum);
  return png;
}

/** Two frames, both of the picture given (https://www.w3.org/TR/png-3/#apng-frame-based-animation). */
function animated(png: Buffer): Buffer {
  const numbers = (...values: number[]) => {
    const bytes = Buffer.alloc(values.length * 4);
    for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
    return bytes;
  };
  const frame = (sequence: number) =>
    chunk(
      "fcTL",
      Buffer.concat([
        numbers(sequence, png.readUInt32BE(16), png.readUInt32BE(20), 0, 0),
        Buffer.from([0, 1, 0, 10, 0, 0]),
      ]),
    );
  const type = png.indexOf("IDAT");
  const dataEnd = type + 4 + png.readUInt32BE(type - 4);
  const end = png.indexOf("IEND") - 4;
  return Buffer.concat([
    png.subarray(0, type - 4),
    chunk("acTL", numbers(2, 0)),
    frame(0),
    png.subarray(type - 4, end),
    frame(1),
    chunk("fdAT", Buffer.concat([numbers(2), png.subarray(type + 4, dataEnd)])),
    png.subarray(end),
  ]);
}
