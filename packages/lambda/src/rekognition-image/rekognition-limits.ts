/**
 * What DetectLabels and DetectModerationLabels take
 * (https://docs.aws.amazon.com/rekognition/latest/dg/limits.html): JPEG and PNG, sides in pixels, and
 * bytes of an object in S3 or of an image in the request.
 */
export const limits = {
  formats: new Set<string>(["JPEG", "PNG"]),
  shortestSide: 80,
  longestSide: 10_000,
  objectBytes: 15 * 1024 * 1024,
  requestBytes: 5 * 1024 * 1024,
} as const;

/** In pixels. Labels don't get better above this, and a JPEG of it fits into a request at any sensible quality. */
const convertedSide = 2048;

/** What routing a photo takes to know of it: its size in pixels as shown, and in bytes. */
export interface PhotoSize {
  format: string;
  width: number;
  height: number;
  fileSize: number;
}

/** How a photo gets to Rekognition. */
export type Route = "object" | "bytes" | "converted";

/** As an object where its limits allow; else as its own bytes; else converted to what it takes. */
export function routeOf(key: string, photo: PhotoSize): Route {
  const sides = [photo.width, photo.height];
  const taken =
    limits.formats.has(photo.format) &&
    Math.min(...sides) >= limits.shortestSide &&
    Math.max(...sides) <= limits.longestSide;
  if (!taken) return "converted";
  // S3Object's Name has the pattern \S*
  // (https://docs.aws.amazon.com/rekognition/latest/APIReference/API_S3Object.html).
  if (photo.fileSize <= limits.objectBytes && !/\s/.test(key)) return "object";
  return photo.fileSize <= limits.requestBytes ? "bytes" : "converted";
}

export interface Fit {
  /** To scale to, in pixels. */
  width: number;
  height: number;
  /** To add to the scaled picture, in pixels. */
  right: number;
  bottom: number;
}

/**
 * The size that a picture is given for Rekognition: scaled down to what suffices, but not below its
 * shortest side, to which small ones are scaled up; and padded where that would make the other side too
 * long, as in a strip of 10,000 × 1.
 */
export function fitOf(width: number, height: number): Fit {
  const shorter = Math.min(width, height);
  const longer = Math.max(width, height);
  const wanted = Math.max(Math.min(1, convertedSide / longer), limits.shortestSide / shorter);
  const scale = Math.min(wanted, limits.longestSide / longer);
  const scaled = (side: number) => Math.max(1, Math.round(side * scale));
  const missing = (side: number) => Math.max(0, limits.shortestSide - scaled(side));
  return {
    width: scaled(width),
    height: scaled(height),
    right: missing(width),
    bottom: missing(height),
  };
}
