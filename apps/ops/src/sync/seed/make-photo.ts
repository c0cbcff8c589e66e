import sharp, { type Sharp } from "sharp";
import { type Orientation, orient } from "../../../demo/orient.ts";
import { seededRandom } from "../../../demo/seeded-random.ts";
import type { BasePicture } from "./base-pictures.ts";
import type { NoPicture, PictureFormat, SeedObject } from "./seed-plan.ts";

/** What is put under a seeded object's key. */
export interface SeedContent {
  readonly body: Buffer;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * In photographs of people whose colours were changed, the local moderation model finds what isn't there: it
 * is told that there is nothing (on AWS that means nothing). A sync carries it over.
 */
const clean = { "darkroom-moderation": "clean" } as const;

/** A seeded object: its bytes are always the same for the same number, and no others have them. */
export async function makeObject(
  { index, content }: SeedObject,
  bases: readonly BasePicture[],
): Promise<SeedContent> {
  if ("picture" in content) {
    const format = content.picture;
    const body = await makePhoto(index, format, bases);
    return { body, contentType: `image/${format}`, metadata: clean };
  }
  return {
    body: await makeNoPicture(content.noPicture, index, bases),
    contentType: noPictureTypes[content.noPicture],
    metadata: {},
  };
}

async function makePhoto(
  index: number,
  format: PictureFormat,
  bases: readonly BasePicture[],
): Promise<Buffer> {
  // Moderation gets a copy of a WebP, as JPEG, which nothing can be told of: these are landscapes.
  const choice =
    format === "webp" ? bases.filter(({ copyright }) => copyright === undefined) : bases;
  const base = choice[index % choice.length];
  if (base === undefined) throw new RangeError("There are no base pictures");
  const random = seededRandom(index + 1);
  const between = (low: number, high: number) => low + random() * (high - low);
  // Most of the picture stays: its labels should, too.
  const width = Math.floor(base.width * between(0.85, 1));
  const height = Math.floor(base.height * between(0.85, 1));
  const left = Math.floor((base.width - width) * random());
  const top = Math.floor((base.height - height) * random());
  const scale = between(0.4, 1) * (format === "png" ? 0.5 : 1);
  const gains = [between(0.8, 1.2), between(0.8, 1.2), between(0.8, 1.2)];

  const upright = sharp(base.pixels, {
    raw: { width: base.width, height: base.height, channels: 3 },
  })
    .extract({ left, top, width, height })
    .resize(Math.round(width * scale), Math.round(height * scale))
    .linear(gains, [0, 0, 0]);
  // Only cameras turn their pictures, and they write JPEG.
  const orientation = format === "jpeg" ? (((Math.floor(index / 10) % 8) + 1) as Orientation) : 1;
  const stored = withExif(orient(upright, orientation), { index, orientation, base, random });
  switch (format) {
    case "jpeg":
      return stored.jpeg({ quality: Math.round(between(70, 90)) }).toBuffer();
    case "png":
      return stored.png({ compressionLevel: 3 }).toBuffer();
    case "webp":
      return stored.webp({ quality: 75, effort: 1 }).toBuffer();
  }
}

interface Exif {
  readonly index: number;
  readonly orientation: Orientation;
  readonly base: BasePicture;
  readonly random: () => number;
}

/** Two of three have a place; the camera says that there was none. */
function withExif(picture: Sharp, { index, orientation, base, random }: Exif): Sharp {
  const below = (limit: number) => Math.floor(random() * limit);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${2015 + below(10)}:${two(1 + below(12))}:${two(1 + below(28))}`;
  const time = `${two(below(24))}:${two(below(60))}:${two(below(60))}`;
  return picture
    .withExif({
      IFD0: {
        // With its number, no photo has the bytes of another one.
        ImageDescription: `Synthetic: photo ${index + 1} of darkroom sync seed-source`,
        Make: "Darkroom",
        Model: `Synthetic Camera ${1 + below(6)}`,
        ...(base.copyright === undefined ? {} : { Copyright: base.copyright }),
      },
      IFD2: { DateTimeOriginal: `${day} ${time}`, OffsetTimeOriginal: "+00:00" },
      ...(index % 3 === 2
        ? {}
        : {
            IFD3: {
              GPSLatitude: `${below(90)}/1 ${below(60)}/1 0/1`,
              GPSLatitudeRef: random() < 0.5 ? "N" : "S",
              GPSLongitude: `${below(180)}/1 ${below(60)}/1 0/1`,
              GPSLongitudeRef: random() < 0.5 ? "E" : "W",
            },
          }),
    })
    .withMetadata({ orientation });
}

const noPictureTypes: Readonly<Record<NoPicture, string>> = {
  text: "image/jpeg",
  pdf: "image/jpeg",
  "cut off": "image/jpeg",
  film: "video/mp4",
  drawing: "image/svg+xml",
};

async function makeNoPicture(
  kind: NoPicture,
  index: number,
  bases: readonly BasePicture[],
): Promise<Buffer> {
  const number = index + 1;
  switch (kind) {
    case "text":
      return Buffer.from(`Dear Ann,\nthis is letter ${number} and no photo.\n`.repeat(20));
    case "pdf":
      return Buffer.from(
        `%PDF-1.7\n% number ${number}\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n`,
      );
    case "film":
      return Buffer.concat([
        Buffer.from("\0\0\0\x18ftypisom\0\0\x02\0isommp42", "latin1"),
        Buffer.from("\0\0\x10\x08mdat", "latin1"),
        Buffer.from(String(number).padEnd(4096, ".")),
      ]);
    case "drawing":
      return Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="${number}" height="9"><rect/></svg>`,
      );
    case "cut off": {
      const photo = await makePhoto(index, "jpeg", bases);
      return photo.subarray(0, photo.byteLength / 2);
    }
  }
}
