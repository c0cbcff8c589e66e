import type { Scene } from "./landscape.ts";
import type { Orientation } from "./orient.ts";

/** A made-up photo: what it shows, and what its EXIF says. */
export interface SyntheticPhoto {
  readonly name: string;
  readonly scene: Scene;
  /** As shown, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** What moderation is told to find, on a laptop alone: nothing in these pictures is offensive. */
  readonly moderation?: "suspect" | "inappropriate";
  /** Local time, as EXIF writes it, and its offset. */
  readonly taken: readonly [time: string, offset: string];
  /** Degrees and minutes; not every photo has a place. */
  readonly place?: {
    readonly latitude: readonly [degrees: number, minutes: number, direction: "N" | "S"];
    readonly longitude: readonly [degrees: number, minutes: number, direction: "E" | "W"];
  };
}

const landscape = { width: 1500, height: 1000 } as const;
const portrait = { width: 1000, height: 1500 } as const;

/** One for each of EXIF's eight orientations; from 5 on, a landscape is stored as a portrait and the other way round. */
export const syntheticPhotos: readonly SyntheticPhoto[] = [
  {
    name: "alps-at-dawn.jpg",
    ...landscape,
    orientation: 1,
    taken: ["2024:06:21 05:38:12", "+02:00"],
    place: { latitude: [45, 58, "N"], longitude: [7, 39, "E"] },
    scene: {
      seed: 11,
      skyTop: [58, 84, 140],
      skyLow: [250, 190, 150],
      cloud: [255, 214, 190],
      cloudiness: 0.45,
      sun: { x: 0.72, y: 0.44, color: [255, 236, 190] },
      hills: [
        { top: 0.62, rise: 0.55, color: [128, 128, 168] },
        { top: 0.7, rise: 0.4, color: [84, 88, 124] },
        { top: 0.78, rise: 0.25, color: [44, 58, 64] },
      ],
      ground: { top: 0.76, color: [52, 76, 48], water: false },
      grain: 10,
    },
  },
  {
    name: "lake-in-the-evening.jpg",
    ...landscape,
    orientation: 3,
    taken: ["2023:09:02 19:47:55", "-07:00"],
    place: { latitude: [39, 5, "N"], longitude: [120, 2, "W"] },
    scene: {
      seed: 23,
      skyTop: [40, 48, 96],
      skyLow: [246, 150, 92],
      cloud: [236, 128, 110],
      cloudiness: 0.5,
      sun: { x: 0.35, y: 0.52, color: [255, 224, 150] },
      hills: [
        { top: 0.6, rise: 0.22, color: [92, 72, 104] },
        { top: 0.63, rise: 0.14, color: [42, 38, 58] },
      ],
      ground: { top: 0.6, color: [30, 36, 62], water: true },
      grain: 12,
    },
  },
  {
    name: "dunes.jpg",
    ...landscape,
    orientation: 2,
    taken: ["2022:11:14 16:20:03", "+02:00"],
    place: { latitude: [24, 44, "S"], longitude: [15, 17, "E"] },
    scene: {
      seed: 5,
      skyTop: [52, 116, 196],
      skyLow: [196, 216, 232],
      cloud: [244, 246, 250],
      cloudiness: 0.2,
      hills: [
        { top: 0.6, rise: 0.22, color: [222, 158, 104] },
        { top: 0.72, rise: 0.3, color: [208, 124, 66] },
        { top: 0.9, rise: 0.35, color: [176, 92, 44] },
      ],
      ground: { top: 0.86, color: [190, 108, 56], water: false },
      grain: 9,
    },
  },
  {
    name: "open-sea.jpg",
    ...landscape,
    orientation: 4,
    taken: ["2024:01:30 13:05:40", "+11:00"],
    place: { latitude: [33, 53, "S"], longitude: [151, 17, "E"] },
    scene: {
      seed: 42,
      skyTop: [36, 104, 190],
      skyLow: [186, 220, 240],
      cloud: [255, 255, 255],
      cloudiness: 0.6,
      hills: [],
      ground: { top: 0.55, color: [14, 70, 110], water: true },
      grain: 8,
    },
  },
  {
    name: "cloud-forest.jpg",
    ...portrait,
    orientation: 5,
    taken: ["2021:03:08 08:15:27", "-05:00"],
    place: { latitude: [0, 2, "S"], longitude: [78, 46, "W"] },
    scene: {
      seed: 77,
      skyTop: [176, 190, 196],
      skyLow: [222, 228, 226],
      cloud: [244, 246, 246],
      cloudiness: 0.7,
      hills: [
        { top: 0.5, rise: 0.3, color: [146, 170, 162] },
        { top: 0.66, rise: 0.34, color: [88, 126, 100] },
        { top: 0.84, rise: 0.36, color: [38, 76, 46] },
      ],
      ground: { top: 0.82, color: [28, 58, 32], water: false },
      grain: 14,
    },
  },
  {
    name: "fjord.jpg",
    ...portrait,
    orientation: 6,
    taken: ["2025:07:11 22:31:09", "+02:00"],
    place: { latitude: [68, 14, "N"], longitude: [14, 33, "E"] },
    scene: {
      seed: 64,
      skyTop: [86, 120, 170],
      skyLow: [240, 208, 170],
      cloud: [250, 232, 214],
      cloudiness: 0.4,
      sun: { x: 0.5, y: 0.5, color: [255, 240, 200] },
      hills: [
        { top: 0.6, rise: 0.6, color: [110, 120, 144] },
        { top: 0.66, rise: 0.44, color: [58, 70, 88] },
      ],
      ground: { top: 0.62, color: [34, 58, 84], water: true },
      grain: 10,
    },
  },
  {
    name: "winter-night.jpg",
    ...portrait,
    orientation: 7,
    taken: ["2022:12:24 23:58:01", "+00:00"],
    scene: {
      seed: 90,
      skyTop: [8, 12, 34],
      skyLow: [36, 62, 96],
      cloud: [46, 128, 112],
      cloudiness: 0.5,
      sun: { x: 0.7, y: 0.2, color: [240, 240, 230] },
      hills: [
        { top: 0.72, rise: 0.3, color: [70, 84, 112] },
        { top: 0.8, rise: 0.2, color: [24, 32, 48] },
      ],
      ground: { top: 0.76, color: [120, 136, 164], water: false },
      grain: 22,
    },
  },
  {
    name: "canyon.jpg",
    ...portrait,
    orientation: 8,
    taken: ["2020:10:05 10:44:36", "-07:00"],
    place: { latitude: [36, 6, "N"], longitude: [112, 6, "W"] },
    scene: {
      seed: 31,
      skyTop: [44, 110, 196],
      skyLow: [204, 220, 236],
      cloud: [252, 250, 248],
      cloudiness: 0.3,
      hills: [
        { top: 0.45, rise: 0.16, color: [176, 130, 128] },
        { top: 0.6, rise: 0.3, color: [184, 104, 76] },
        { top: 0.82, rise: 0.45, color: [136, 62, 40] },
      ],
      ground: { top: 0.84, color: [112, 66, 44], water: false },
      grain: 9,
    },
  },
];

/** Two that moderation doesn't let through by itself: one waits for a person, one is rejected. */
export const pinnedPhotos: readonly SyntheticPhoto[] = [
  {
    name: "beach-at-noon.jpg",
    ...landscape,
    orientation: 1,
    moderation: "suspect",
    taken: ["2024:08:04 12:10:30", "+02:00"],
    scene: {
      seed: 108,
      skyTop: [30, 120, 206],
      skyLow: [190, 226, 240],
      cloud: [255, 255, 255],
      cloudiness: 0.25,
      hills: [{ top: 0.56, rise: 0.08, color: [24, 110, 140] }],
      ground: { top: 0.7, color: [226, 200, 150], water: false },
      grain: 8,
    },
  },
  {
    name: "red-light.jpg",
    ...landscape,
    orientation: 1,
    moderation: "inappropriate",
    taken: ["2024:10:31 23:44:05", "+01:00"],
    scene: {
      seed: 131,
      skyTop: [60, 6, 20],
      skyLow: [190, 30, 48],
      cloud: [230, 70, 80],
      cloudiness: 0.5,
      hills: [{ top: 0.66, rise: 0.3, color: [44, 8, 20] }],
      ground: { top: 0.74, color: [24, 6, 12], water: false },
      grain: 18,
    },
  },
];

/** The metadata that pins what moderation finds in a demo photo of this name. */
export function pinOf(name: string): Readonly<Record<string, string>> {
  const moderation = pinnedPhotos.find((photo) => photo.name === name)?.moderation;
  return moderation === undefined ? {} : { "darkroom-moderation": moderation };
}
