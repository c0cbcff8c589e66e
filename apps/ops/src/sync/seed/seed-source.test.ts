import { createHash } from "node:crypto";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { type BasePicture, basePictures } from "./base-pictures.ts";
import { seedPlan } from "./seed-plan.ts";
import { seedSource } from "./seed-source.ts";

let bases: BasePicture[];
beforeAll(async () => {
  bases = await basePictures();
});

function fakeBucket() {
  const objects = new Map<string, Buffer>();
  const puts: string[] = [];
  return {
    objects,
    puts,
    async ensure() {},
    async etags() {
      return new Map(
        [...objects].map(([key, body]) => [key, createHash("md5").update(body).digest("hex")]),
      );
    },
    async put(key: string, { body }: { body: Buffer }) {
      puts.push(key);
      objects.set(key, body);
    },
  };
}

const quiet = { signal: new AbortController().signal, showProgress() {} };

test("each object has bytes of its own; a second call writes what is missing or was changed alone", async () => {
  const bucket = fakeBucket();
  const seed = () => seedSource(seedPlan(100, 50), bases, bucket, quiet);

  expect(await seed()).toMatchObject({ objects: 100, put: 100, unchanged: 0 });
  const etags = new Set((await bucket.etags()).values());
  expect(etags.size).toBe(100);

  const [one = "", another = ""] = bucket.puts;
  bucket.objects.delete(one);
  bucket.objects.set(another, Buffer.from("other bytes"));
  bucket.puts.length = 0;

  expect(await seed()).toMatchObject({ objects: 100, put: 2, unchanged: 98 });
  expect(bucket.puts.toSorted()).toEqual([one, another].toSorted());
  expect(new Set((await bucket.etags()).values())).toEqual(etags);
});

test("photos are of the format that their name says, of many sizes, with EXIF and turned as cameras do", async () => {
  const bucket = fakeBucket();
  const plan = [...seedPlan(100, 50)];
  await seedSource(plan, bases, bucket, quiet);

  const sizes = new Set<string>();
  const orientations = new Set<number>();
  for (const { key, content } of plan) {
    if (!("picture" in content)) continue;
    const { format, width, height, orientation, exif } = await sharp(
      bucket.objects.get(key),
    ).metadata();
    expect(format).toBe(content.picture);
    expect(exif?.toString("latin1")).toContain("Synthetic Camera");
    sizes.add(`${width}×${height}`);
    orientations.add(orientation ?? 1);
  }
  expect(sizes.size).toBeGreaterThan(90);
  expect(orientations.size).toBe(8);
});

test("it stops after the objects that are under way", async () => {
  const bucket = fakeBucket();
  const controller = new AbortController();

  const { objects } = await seedSource(seedPlan(1000, 1000), bases, bucket, {
    signal: controller.signal,
    showProgress: () => controller.abort(),
  });

  expect(objects).toBeLessThan(20);
  expect(bucket.puts).toHaveLength(objects);
});

test("the first object that can't be written ends it", async () => {
  const bucket = { ...fakeBucket(), put: () => Promise.reject(new Error("AccessDenied")) };

  await expect(seedSource(seedPlan(1000, 1000), bases, bucket, quiet)).rejects.toThrow(
    "AccessDenied",
  );
});
