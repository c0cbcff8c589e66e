import sharp, { type Sharp } from "sharp";
import { drawLandscape } from "../demo/landscape.ts";
import { syntheticPhotos } from "../demo/synthetic-photos.ts";

export interface MixedPhoto {
  readonly extension: string;
  readonly bytes: Buffer;
}

/** How photos are stored, in about the shares that people have: mostly JPEGs of a camera or a phone. */
const encodings: readonly { extension: string; width: number; encode: (photo: Sharp) => Sharp }[] =
  [
    { extension: "jpg", width: 4000, encode: (photo) => photo.jpeg({ quality: 85 }) },
    { extension: "jpg", width: 3000, encode: (photo) => photo.jpeg({ quality: 90 }) },
    { extension: "jpg", width: 2000, encode: (photo) => photo.jpeg({ quality: 80 }) },
    {
      extension: "jpg",
      width: 3000,
      encode: (photo) => photo.withMetadata({ orientation: 6 }).jpeg(),
    },
    { extension: "jpg", width: 2400, encode: (photo) => photo.jpeg({ progressive: true }) },
    { extension: "png", width: 1200, encode: (photo) => photo.png() },
    { extension: "webp", width: 2000, encode: (photo) => photo.webp({ quality: 80 }) },
  ];

/** Photos of several sizes and formats, each scene in each encoding, with EXIF; the same at every run. */
export async function mixedPhotos(): Promise<MixedPhoto[]> {
  const scenes = syntheticPhotos.slice(0, 4);
  const photos: MixedPhoto[] = [];
  for (const { scene } of scenes) {
    const [width, height] = [2400, 1600];
    const pixels = await drawLandscape(scene, width, height);
    for (const { extension, width: wanted, encode } of encodings) {
      const scaled = sharp(pixels, { raw: { width, height, channels: 3 } })
        .resize({ width: wanted })
        .withExif({
          IFD0: { Make: "Darkroom", Model: "Benchmark" },
          IFD2: { DateTimeOriginal: "2024:06:21 05:38:12" },
        });
      photos.push({ extension, bytes: await encode(scaled).toBuffer() });
    }
  }
  return photos;
}
