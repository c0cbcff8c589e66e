import { incomingPrefix } from "@darkroom/workflow";

export const seedPrefix = `${incomingPrefix}stepfunction/`;

export type PictureFormat = "jpeg" | "png" | "webp";
export type NoPicture = "text" | "pdf" | "film" | "drawing" | "cut off";

/** An object of the seeded source: all of it follows from its number. */
export interface SeedObject {
  readonly index: number;
  readonly key: string;
  readonly content: { readonly picture: PictureFormat } | { readonly noPicture: NoPicture };
}

/** One object in so many is no picture: what people upload by mistake. */
const noPictureEvery = 50;
const noPictures: readonly [NoPicture, string][] = [
  ["text", "jpg"],
  ["pdf", "jpg"],
  ["cut off", "jpg"],
  ["film", "mp4"],
  ["drawing", "svg"],
];

/** One name in so many has what names on people's disks do have, and URLs and shells trip over. */
const oddNameEvery = 20;
const oddNames: readonly ((number: string) => string)[] = [
  (number) => `it's "great" & 100% + more ${number}`,
  (number) => `Grüße aus 東京 📷 ${number}`,
  (number) => `a=b;c,d@e!(f)*[g] ${number}`,
  (number) => `two  spaces, 50%25 off ${number}`,
  (number) => `#1?why=not&so=${number}`,
  (number) => `back\\slash^{tilde~|} ${number}`,
  // Decomposed, as macOS writes it.
  (number) => `cafe\u0301 ${number}`,
];
const oddAlbums: readonly string[] = ["Été à la mer", "Q&A + 50%", "日本 2024", "o'hara's"];

/**
 * The objects in the order of their numbers: a greater count only adds to a lesser one.
 * @param albumSize how many come into an album before the next one begins
 */
export function* seedPlan(count: number, albumSize: number): Generator<SeedObject> {
  for (let index = 0; index < count; index += 1) yield seedObject(index, albumSize);
}

/** How many of so many objects are no pictures. */
export function countNoPictures(count: number): number {
  return Math.floor(count / noPictureEvery);
}

function seedObject(index: number, albumSize: number): SeedObject {
  const isPicture = index % noPictureEvery !== noPictureEvery - 1;
  const [noPicture, noExtension] = pick(noPictures, Math.floor(index / noPictureEvery));
  const format = formatOf(index);
  const extension = isPicture ? (format === "jpeg" ? "jpg" : format) : noExtension;
  const number = String(index + 1).padStart(5, "0");
  const name =
    index % oddNameEvery === oddNameEvery - 2
      ? pick(oddNames, Math.floor(index / oddNameEvery))(number)
      : `photo-${number}`;
  return {
    index,
    key: `${seedPrefix}${albumName(Math.floor(index / albumSize))}/${name}.${extension}`,
    content: isPicture ? { picture: format } : { noPicture },
  };
}

/** Seven of ten are JPEG, as from a camera. */
function formatOf(index: number): PictureFormat {
  const place = index % 10;
  if (place === 7) return "png";
  return place >= 8 ? "webp" : "jpeg";
}

function albumName(album: number): string {
  const number = String(album + 1).padStart(2, "0");
  return album % 5 === 4
    ? `${pick(oddAlbums, Math.floor(album / 5))} ${number}`
    : `album-${number}`;
}

function pick<T>(choices: readonly T[], at: number): T {
  return choices[at % choices.length] as T;
}
