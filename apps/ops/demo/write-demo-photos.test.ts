import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodePhoto } from "./encode-photo.ts";
import { prepareDemoPhotos } from "./prepare-demo-photos.ts";
import { syntheticPhotos } from "./synthetic-photos.ts";
import { writeDemoPhotos } from "./write-demo-photos.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "demo-photos-"));
  await writeDemoPhotos(folder);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

test("there are a dozen photos, two more that moderation holds, and three files that are none", async () => {
  const names = await readdir(folder);
  const decoded = await Promise.all(
    names.map(async (name) => {
      try {
        const { format } = await sharp(join(folder, name))
          .toBuffer({ resolveWithObject: true })
          .then(({ info }) => info);
        return format;
      } catch {
        return "none";
      }
    }),
  );

  expect(decoded.filter((format) => format === "jpeg")).toHaveLength(14);
  expect(decoded.filter((format) => format === "none")).toHaveLength(2);
  expect(names).toContain("animation.gif");
});

test("all eight orientations are there, and each stands upright as its scene says", async () => {
  expect(syntheticPhotos.map(({ orientation }) => orientation).sort()).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8,
  ]);
  for (const { name, orientation, width, height, scene } of syntheticPhotos) {
    const file = await readFile(join(folder, name));
    expect((await sharp(file).metadata()).orientation).toBe(orientation);

    const { data, info } = await sharp(file)
      .autoOrient()
      .resize(3, 9, { fit: "fill" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const upright = await sharp(file).autoOrient().toBuffer({ resolveWithObject: true });
    expect([upright.info.width, upright.info.height]).toEqual([width, height]);
    // The ground is below.
    const bottom = [...data.subarray(-info.channels)];
    const top = [...data.subarray(0, info.channels)];
    const distance = (pixel: number[]) =>
      pixel.reduce((sum, value, c) => sum + Math.abs(value - (scene.ground.color[c] ?? 0)), 0);
    expect(distance(bottom), name).toBeLessThan(distance(top));
  }
});

test("the made-up ones say in their EXIF that they are", async () => {
  const { exif } = await sharp(join(folder, "fjord.jpg")).metadata();

  expect(exif?.toString("latin1")).toContain("Synthetic: made by Darkroom's demo generator");
});

test("the same photo is made the same every time", async () => {
  const [photo] = syntheticPhotos;
  if (photo === undefined) throw new Error("no photo");

  expect((await encodePhoto(photo)).equals(await readFile(join(folder, photo.name)))).toBe(true);
});

test("they are made on another thread, and removed when nobody wants them", async () => {
  const photos = await prepareDemoPhotos();
  const ready = await photos.ready;

  expect((await readdir(ready)).sort()).toEqual((await readdir(folder)).sort());
  await photos.discard();
  await expect(readdir(ready)).rejects.toThrow("ENOENT");
}, 60_000);
