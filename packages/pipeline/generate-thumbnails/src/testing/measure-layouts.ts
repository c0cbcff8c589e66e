import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sharp, { type Sharp } from "sharp";

type Size = readonly [width: number, height: number];

const plain = ([width, height]: Size) =>
  sharp({ create: { width, height, channels: 3, background: "#336699" }, limitInputPixels: false });
const transparent = ([width, height]: Size) =>
  sharp({
    create: { width, height, channels: 4, background: "#33669980" },
    limitInputPixels: false,
  });
/** Noise, which a lossless WebP can't pack. */
function noise([width, height]: Size): Sharp {
  const samples = Buffer.alloc(width * height * 4);
  let state = 1;
  for (let offset = 0; offset < samples.length; offset += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    samples.writeUInt32LE(state, offset);
  }
  return sharp(samples, { raw: { width, height, channels: 4 }, limitInputPixels: false });
}

/** Every way of storing a picture that makes a difference to its decoder. */
export const layouts: readonly (readonly [name: string, make: (size: Size) => Sharp])[] = [
  ["JPEG", (size) => plain(size).jpeg()],
  ["JPEG, on its side", (size) => plain(size).withMetadata({ orientation: 6 }).jpeg()],
  ["JPEG, CMYK", (size) => plain(size).toColourspace("cmyk").jpeg()],
  ["progressive JPEG, 4:2:0", (size) => plain(size).jpeg({ progressive: true })],
  [
    "progressive JPEG, 4:4:4",
    (size) => plain(size).jpeg({ progressive: true, chromaSubsampling: "4:4:4" }),
  ],
  [
    "progressive JPEG, CMYK",
    (size) => plain(size).toColourspace("cmyk").jpeg({ progressive: true }),
  ],
  ["PNG", (size) => plain(size).png()],
  ["PNG with alpha", (size) => transparent(size).png()],
  ["PNG of 16 bits", (size) => plain(size).toColourspace("rgb16").png()],
  ["interlaced PNG", (size) => plain(size).png({ progressive: true })],
  ["interlaced PNG with alpha", (size) => transparent(size).png({ progressive: true })],
  [
    "interlaced PNG with alpha, 16 bits",
    (size) => transparent(size).toColourspace("rgb16").png({ progressive: true }),
  ],
  ["WebP", (size) => plain(size).webp({ effort: 0 })],
  ["WebP, lossless, of noise", (size) => noise(size).webp({ lossless: true, effort: 0 })],
];

/** In bytes. */
export interface Measurement {
  /** What {@link decodingBytes} says. */
  estimated: number;
  /** What decoding added to the process at its most. */
  taken: number;
  /** Of the whole process, with node and the file. */
  peak: number;
  /** Files that the decoder left behind in its temporary folder. */
  leftBehind: readonly string[];
}

/** Makes a picture, decodes it in a process of its own, and removes it. */
export async function measure(make: (size: Size) => Sharp, size: Size): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), "decoding-"));
  const temporary = await mkdtemp(join(tmpdir(), "decoding-temporary-"));
  try {
    const file = join(folder, "picture");
    await make(size).toFile(file);
    const child = fileURLToPath(new URL("decode-in-child.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [child, file], {
      env: { PATH: process.env.PATH, TMPDIR: temporary },
    });
    return { ...JSON.parse(stdout), leftBehind: await readdir(temporary) };
  } finally {
    await rm(folder, { recursive: true });
    await rm(temporary, { recursive: true });
  }
}

if (import.meta.main) {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const [width = 9500, height = 6330] = process.argv.slice(2).map(Number);
  console.log(`| ${width} × ${height} | estimated | measured | process at its most |`);
  console.log("| --- | --: | --: | --: |");
  for (const [name, make] of layouts) {
    const { estimated, taken, peak } = await measure(make, [width, height]);
    console.log(`| ${name} | ${[estimated, taken, peak].map(megabytes).join(" | ")} |`);
  }
}
