import { fractalNoise, type Noise, ridge } from "./noise.ts";
import { seededRandom } from "./seeded-random.ts";

type Rgb = readonly [red: number, green: number, blue: number];

/** What a made-up landscape looks like; heights count from the top, as parts of the whole. */
export interface Scene {
  readonly seed: number;
  readonly skyTop: Rgb;
  readonly skyLow: Rgb;
  readonly cloud: Rgb;
  /** 0 for a clear sky, 1 for one that is covered. */
  readonly cloudiness: number;
  readonly sun?: { readonly x: number; readonly y: number; readonly color: Rgb };
  /** From the farthest to the nearest. */
  readonly hills: readonly {
    readonly top: number;
    /** How much it goes up and down. */
    readonly rise: number;
    readonly color: Rgb;
  }[];
  /** Water mirrors what is above it; ground has its own colour. */
  readonly ground: { readonly top: number; readonly color: Rgb; readonly water: boolean };
  /** Of the film: 0 for none. */
  readonly grain: number;
}

/** Draws a scene: the pixels, three bytes each. The same scene gives the same pixels. */
export async function drawLandscape(
  scene: Scene,
  width: number,
  height: number,
): Promise<Uint8ClampedArray> {
  const random = seededRandom(scene.seed);
  const clouds = await fractalNoise(random, width, height, { across: 3, octaves: 5, stretch: 3 });
  const texture = await fractalNoise(random, width, height, { across: 24, octaves: 3, stretch: 2 });
  const picture: Picture = {
    pixels: new Uint8ClampedArray(width * height * 3),
    width,
    height,
    shore: Math.round(scene.ground.top * height),
  };
  drawSky(picture, scene, clouds);
  for (const hill of scene.hills) drawHill(picture, hill, ridge(random, width), texture);
  if (scene.ground.water) drawWater(picture, scene.ground.color, texture);
  else drawGround(picture, scene.ground.color, texture);
  addGrain(picture, scene.grain, random);
  return picture.pixels;
}

interface Picture {
  readonly pixels: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** The first row of the ground. */
  readonly shore: number;
}

function drawSky({ pixels, width, height, shore }: Picture, scene: Scene, clouds: Noise): void {
  const { skyTop, skyLow, sun, cloud } = scene;
  const clear = 255 * (1 - scene.cloudiness);
  for (let y = 0; y < shore; y += 1) {
    const low = y / shore;
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const glow =
        sun === undefined ? 0 : glowAt((x - sun.x * width) / width, (y - sun.y * height) / width);
      const cover = Math.min(0.9, Math.max(0, (((clouds[at] ?? 0) - clear) / 255) * 3));
      for (let c = 0; c < 3; c += 1) {
        let value = mix(skyTop[c], skyLow[c], low);
        if (sun !== undefined) value = mix(value, sun.color[c], glow);
        pixels[at * 3 + c] = mix(value, cloud[c], cover);
      }
    }
  }
}

/** How much of the sun's colour is seen at a distance from it, in widths of the picture. */
function glowAt(x: number, y: number): number {
  const distance = Math.sqrt(x * x + y * y);
  return distance < 0.025 ? 1 : 0.75 * Math.exp(-distance * 9);
}

function drawHill(
  { pixels, width, height, shore }: Picture,
  { top, rise, color }: Scene["hills"][number],
  line: Float32Array,
  texture: Noise,
): void {
  for (let x = 0; x < width; x += 1) {
    const crest = Math.max(0, Math.round((top - rise * (line[x] ?? 0)) * height));
    for (let y = crest; y < shore; y += 1) {
      const at = y * width + x;
      const light = 0.75 + (0.4 * (texture[at] ?? 0)) / 255 + (0.4 * (y - crest)) / height;
      for (let c = 0; c < 3; c += 1) pixels[at * 3 + c] = (color[c] ?? 0) * light;
    }
  }
}

/** Mirrors what is above it, a little squeezed and rippled. */
function drawWater({ pixels, width, height, shore }: Picture, color: Rgb, texture: Noise): void {
  for (let y = shore; y < height; y += 1) {
    const depth = (y - shore) / (height - shore);
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const ripple = ((texture[at] ?? 0) / 255 - 0.5) * 14 * (0.3 + depth);
      const source = Math.round(shore - 1 - (y - shore) * 1.25 + ripple);
      const seen = Math.max(0, Math.min(shore - 1, source)) * width + x;
      for (let c = 0; c < 3; c += 1) {
        pixels[at * 3 + c] = mix(pixels[seen * 3 + c], color[c], 0.25 + 0.4 * depth);
      }
    }
  }
}

function drawGround({ pixels, width, height, shore }: Picture, color: Rgb, texture: Noise): void {
  for (let y = shore; y < height; y += 1) {
    const depth = (y - shore) / (height - shore);
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const light = 0.7 + (0.35 * (texture[at] ?? 0)) / 255 + 0.25 * depth;
      for (let c = 0; c < 3; c += 1) pixels[at * 3 + c] = (color[c] ?? 0) * light;
    }
  }
}

function addGrain({ pixels }: Picture, grain: number, random: () => number): void {
  for (let at = 0; at < pixels.length; at += 3) {
    // Two throws make a bell, as grain has it.
    const more = (random() + random() - 1) * grain;
    for (let c = at; c < at + 3; c += 1) pixels[c] = (pixels[c] ?? 0) + more;
  }
}

const mix = (a = 0, b = 0, part: number): number => a + (b - a) * part;
