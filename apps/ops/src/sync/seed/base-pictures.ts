import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { drawLandscape } from "../../../demo/landscape.ts";
import { syntheticPhotos } from "../../../demo/synthetic-photos.ts";

/** Pixels that many photos are made from, three bytes each. */
export interface BasePicture {
  readonly pixels: Buffer | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** Of a photograph; undefined for what this project draws. */
  readonly copyright: string | undefined;
}

/** Of the longer side, in pixels. */
const longest = 720;

/** People and things, so that labels are found; licence in demo/README.md. */
const photographs = ["sample1", "sample3", "sample5", "sample6"] as const;

/** Drawn and decoded once; photographs and landscapes take turns. */
export async function basePictures(): Promise<BasePicture[]> {
  const taken = await Promise.all(photographs.map(decode));
  const pictures: BasePicture[] = [];
  for (const [at, { scene, width, height }] of syntheticPhotos.entries()) {
    const scale = longest / Math.max(width, height);
    const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
    const pixels = await drawLandscape(scene, size.width, size.height);
    pictures.push({ pixels, ...size, copyright: undefined });
    const photograph = taken[at / 2];
    if (photograph !== undefined) pictures.push(photograph);
  }
  return pictures;
}

async function decode(name: (typeof photographs)[number]): Promise<BasePicture> {
  const file = fileURLToPath(import.meta.resolve(`@vladmandic/face-api/demo/${name}.jpg`));
  const { data, info } = await sharp(file)
    .rotate()
    .resize(longest, longest, { fit: "inside" })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    pixels: data,
    width: info.width,
    height: info.height,
    copyright: "Copyright (c) Vladimir Mandic, MIT License",
  };
}
