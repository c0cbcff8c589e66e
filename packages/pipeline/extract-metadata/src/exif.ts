import type { ExtractedMetadata, GeoLocation } from "@darkroom/workflow";
import exifr from "exifr";
import { coordinateOf } from "./coordinate.ts";
import { creationTimeOf, isBlankTime } from "./creation-time.ts";

/** Also the tags by name that are read at all: maker notes can be megabytes. */
const tags = [
  "Make",
  "Model",
  "DateTimeOriginal",
  "OffsetTimeOriginal",
  "GPSLatitude",
  "GPSLatitudeRef",
  "GPSLongitude",
  "GPSLongitudeRef",
] as const;
type Tags = Partial<Record<(typeof tags)[number], unknown>>;

export type ExifFacts = Pick<
  ExtractedMetadata,
  "creationTime" | "exifMake" | "exifModel" | "geo" | "warnings"
>;

/**
 * What an EXIF block says of a photo. Whatever is broken in it is left out, with a warning, and never
 * a reason to refuse the photo.
 * @param block as sharp gives it, with or without the `Exif\0\0` that precedes it in a JPEG
 */
export async function readExif(block: Uint8Array): Promise<ExifFacts> {
  const warnings: string[] = [];
  const read = await readTags(block, warnings);

  const exifMake = plainText(read.Make);
  const exifModel = plainText(read.Model);
  const creationTime = timeOf(read, warnings);
  const geo = geoOf(read, warnings);
  return {
    ...(creationTime === undefined ? {} : { creationTime }),
    ...(exifMake === undefined ? {} : { exifMake }),
    ...(exifModel === undefined ? {} : { exifModel }),
    ...(geo === undefined ? {} : { geo }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

async function readTags(block: Uint8Array, warnings: string[]): Promise<Tags> {
  const prefix = "Exif\0\0";
  const prefixed = Buffer.from(block.subarray(0, prefix.length)).toString("latin1") === prefix;
  try {
    const read = (await exifr.parse(prefixed ? block.subarray(prefix.length) : block, {
      pick: [...tags],
      // As written: text stays text and numbers stay numbers.
      translateValues: false,
      reviveValues: false,
    })) as (Tags & { errors?: unknown }) | undefined;
    // exifr reports a broken part of a block here and goes on.
    if (read?.errors !== undefined) warnings.push("a part of the EXIF data is damaged");
    return read ?? {};
  } catch {
    warnings.push("the EXIF data is damaged and was left out");
    return {};
  }
}

function timeOf(read: Tags, warnings: string[]): string | undefined {
  const written = plainText(read.DateTimeOriginal);
  if (written === undefined || isBlankTime(written)) return undefined;
  const time = creationTimeOf(written, plainText(read.OffsetTimeOriginal));
  if (time === undefined)
    warnings.push(`the creation time "${written}" is impossible and was left out`);
  return time;
}

function geoOf(read: Tags, warnings: string[]): GeoLocation | undefined {
  if (read.GPSLatitude === undefined && read.GPSLongitude === undefined) return undefined;
  const latitude = coordinateOf(read.GPSLatitude, read.GPSLatitudeRef, ["N", "S"], 90);
  const longitude = coordinateOf(read.GPSLongitude, read.GPSLongitudeRef, ["E", "W"], 180);
  if (latitude !== undefined && longitude !== undefined) return { latitude, longitude };
  warnings.push("the GPS position is no place on earth and was left out");
  return undefined;
}

/** Longer than any camera's name. */
const longestText = 100;

/** Text as cameras mean it: up to the first NUL, without control characters, trimmed, capped. */
function plainText(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = (value.split("\0")[0] ?? "")
    .replace(/\p{Cc}+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, longestText);
  return text === "" ? undefined : text;
}
