import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { openVision } from "./open-vision.ts";

const options = { maxLabels: 10, minConfidence: 60 };
const canvas = { width: 1200, height: 800 };

/** Grey with grain. */
function noise(): Promise<Buffer> {
  const grain = { type: "gaussian", mean: 128, sigma: 20 } as const;
  return sharp({ create: { ...canvas, channels: 3, background: "#000", noise: grain } })
    .png()
    .toBuffer();
}

/** A square portrait out of a screenshot that comes with the model, at a place of the canvas. */
async function portrait(place: { left: number; top: number; side: number }): Promise<Buffer> {
  const require = createRequire(import.meta.url);
  const model = path.dirname(require.resolve("@vladmandic/human"));
  const person = await sharp(path.join(model, "../assets/screenshot-facedetect.jpg"))
    .extract({ left: 10, top: 352, width: 150, height: 142 })
    .resize(place.side, place.side, { fit: "fill" })
    .toBuffer();
  return sharp(await noise())
    .composite([{ input: person, left: place.left, top: place.top }])
    .jpeg({ quality: 90 })
    .toBuffer();
}

describe("model", () => {
  const vision = openVision({ mode: "model" });
  afterAll(() => vision.close());

  test("finds a person, and the box is where the person is", { timeout: 60_000 }, async () => {
    const place = { left: 600, top: 200, side: 400 };
    const { Labels, LabelModelVersion } = await vision.detectLabels(await portrait(place), options);
    expect(LabelModelVersion).toBe("darkroom-local-1.0");
    expect(Labels[0]).toMatchObject({
      Name: "Person",
      Parents: [],
      Aliases: [{ Name: "Human" }],
      Categories: [{ Name: "Person Description" }],
    });
    expect(Labels[0]?.Confidence).toBeGreaterThan(90);
    expect(Labels[0]?.Instances).toHaveLength(1);
    const found = Labels[0]?.Instances[0]?.BoundingBox;
    const near = (value: number | undefined, pixels: number) =>
      expect(Math.abs((value ?? Number.NaN) - pixels)).toBeLessThan(40);
    near((found?.Left ?? Number.NaN) * canvas.width, place.left);
    near((found?.Top ?? Number.NaN) * canvas.height, place.top);
    near((found?.Width ?? Number.NaN) * canvas.width, place.side);
    near((found?.Height ?? Number.NaN) * canvas.height, place.side);
  });

  test("finds nothing in noise", { timeout: 60_000 }, async () => {
    expect(
      (await vision.detectLabels(await noise(), { ...options, minConfidence: 30 })).Labels,
    ).toEqual([]);
  });

  test("says of a JPEG cut short that its format is invalid", { timeout: 60_000 }, async () => {
    const image = await portrait({ left: 0, top: 0, side: 800 });
    await expect(
      vision.detectLabels(image.subarray(0, image.length / 2), options),
    ).rejects.toMatchObject({
      name: "InvalidImageFormatException",
      cause: expect.stringMatching(/premature end/i),
    });
  });
});

describe("moderation by the model", () => {
  const vision = openVision({ mode: "model" });
  afterAll(() => vision.close());

  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve("@vladmandic/face-api/demo/sample1.jpg"));
  const photographs = [1, 2, 3, 4, 5, 6].map((number) => `sample${number}.jpg`);

  test.each(photographs)("suspects nothing in %s", { timeout: 60_000 }, async (name) => {
    const photo = await readFile(path.join(folder, name));
    expect(await vision.detectModerationLabels(photo, { minConfidence: 30 })).toEqual({
      ModerationLabels: [],
      ModerationModelVersion: "darkroom-local-uncalibrated-1.0",
      ContentTypes: [],
    });
  });

  const drawn = (shapes: string) =>
    sharp(Buffer.from(`<svg width="800" height="600">${shapes}</svg>`))
      .png()
      .toBuffer();
  test.each([
    ["noise", noise],
    ["white", () => drawn(`<rect width="800" height="600" fill="#fff"/>`)],
    ["black", () => drawn(`<rect width="800" height="600" fill="#000"/>`)],
    ["the colour of skin", () => drawn(`<rect width="800" height="600" fill="#e0ac8a"/>`)],
    [
      "shapes",
      () => drawn(`<circle cx="300" cy="300" r="200" fill="#c33"/><path d="M0 0L800 600"/>`),
    ],
  ])("suspects nothing in a picture of %s", { timeout: 60_000 }, async (_, make) => {
    const options = { minConfidence: 30 };
    expect((await vision.detectModerationLabels(await make(), options)).ModerationLabels).toEqual(
      [],
    );
  });

  test("answers the whole hierarchy, with confidences, when asked for all", {
    timeout: 60_000,
  }, async () => {
    const { ModerationLabels } = await vision.detectModerationLabels(await noise(), {
      minConfidence: 0,
    });
    expect(ModerationLabels.map(({ Name }) => Name).sort()).toEqual([
      "Explicit",
      "Explicit Nudity",
      "Non-Explicit Nudity",
      "Non-Explicit Nudity of Intimate parts and Kissing",
    ]);
    for (const { Confidence } of ModerationLabels) expect(Confidence).toBeGreaterThan(0);
  });

  test("labels and moderates at the same time", { timeout: 60_000 }, async () => {
    const image = await portrait({ left: 600, top: 200, side: 400 });
    const [labels, moderation] = await Promise.all([
      vision.detectLabels(image, options),
      vision.detectModerationLabels(image, { minConfidence: 50 }),
    ]);
    expect(labels.Labels[0]?.Name).toBe("Person");
    expect(moderation.ModerationLabels).toEqual([]);
  });

  test("says of a JPEG cut short that its format is invalid", { timeout: 60_000 }, async () => {
    const image = await portrait({ left: 0, top: 0, side: 800 });
    await expect(
      vision.detectModerationLabels(image.subarray(0, image.length / 2), { minConfidence: 50 }),
    ).rejects.toMatchObject({ name: "InvalidImageFormatException" });
  });
});

describe.each(["model", "fast"] as const)("a verdict that is pinned, in mode %s", (mode) => {
  const vision = openVision({ mode });
  afterAll(() => vision.close());

  test.each([
    ["clean", undefined],
    ["suspect", "Non-Explicit Nudity of Intimate parts and Kissing"],
    ["inappropriate", "Explicit"],
  ] as const)("as %s is answered in place of the picture's", async (pinned, first) => {
    const image = await noise();
    const answer = await vision.detectModerationLabels(image, { minConfidence: 50, pinned });
    expect(answer.ModerationLabels[0]?.Name).toBe(first);
    expect(answer.ModerationModelVersion).toBe("darkroom-local-pinned-1.0");
  });

  test("changes nothing of what is refused", async () => {
    const call = vision.detectModerationLabels(Buffer.from("no picture"), {
      minConfidence: 50,
      pinned: "clean",
    });
    await expect(call).rejects.toMatchObject({ name: "InvalidImageFormatException" });
  });
});

describe("fast", () => {
  const vision = openVision({ mode: "fast" });

  test("answers the same for the same picture, in the same shape, and says that it is fast", async () => {
    const image = await noise();
    const answer = await vision.detectLabels(image, options);
    expect(answer.LabelModelVersion).toBe("darkroom-local-fast-1.0");
    expect(answer.Labels.length).toBeGreaterThan(0);
    expect(await vision.detectLabels(image, options)).toEqual(answer);
  });

  test("refuses what the model refuses by the header", async () => {
    const webp = await sharp(await noise())
      .webp()
      .toBuffer();
    await expect(vision.detectLabels(webp, options)).rejects.toMatchObject({
      name: "InvalidImageFormatException",
    });
    const small = await sharp(await noise())
      .resize(79, 79)
      .png()
      .toBuffer();
    await expect(vision.detectLabels(small, options)).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });

  test("finds every picture fit to be shown, and says that it is fast", async () => {
    expect(await vision.detectModerationLabels(await noise(), { minConfidence: 0.1 })).toEqual({
      ModerationLabels: [],
      ModerationModelVersion: "darkroom-local-fast-1.0",
      ContentTypes: [],
    });
  });

  test.each([-1, 100.1, Number.NaN])("refuses to moderate from confidence %d on", async (wrong) => {
    await expect(
      vision.detectModerationLabels(await noise(), { minConfidence: wrong }),
    ).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  test.each([
    { maxLabels: -1, minConfidence: 50 },
    { maxLabels: 1.5, minConfidence: 50 },
    { maxLabels: 10, minConfidence: 100.1 },
    { maxLabels: 10, minConfidence: Number.NaN },
  ])("refuses $maxLabels labels from confidence $minConfidence on", async (wrong) => {
    await expect(vision.detectLabels(await noise(), wrong)).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });
});
