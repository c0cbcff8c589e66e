import * as z from "zod";

/** Formats recognised by the first bytes of the object; ImageTypeCheck in the machine says which go on. */
export const imageFormat = z.enum(["JPEG", "PNG", "WEBP", "GIF", "TIFF", "HEIC", "AVIF"]);
export type ImageFormat = z.infer<typeof imageFormat>;

/** Degrees, minutes and seconds of one coordinate, as EXIF writes them. */
const coordinate = (directions: readonly [string, string]) =>
  z.strictObject({
    D: z.number().nonnegative(),
    M: z.number().nonnegative(),
    S: z.number().nonnegative(),
    Direction: z.enum(directions),
  });

export const geoLocation = z.strictObject({
  latitude: coordinate(["N", "S"]),
  longitude: coordinate(["E", "W"]),
});
export type GeoLocation = z.infer<typeof geoLocation>;

/** What extract-metadata answers; width and height in pixels as shown (orientation applied). */
export const extractedMetadata = z.strictObject({
  format: imageFormat,
  width: z.int().positive(),
  height: z.int().positive(),
  /** Bytes. */
  fileSize: z.int().nonnegative(),
  /** ISO 8601; without an offset where the camera recorded none. */
  creationTime: z.string().optional(),
  exifMake: z.string().optional(),
  exifModel: z.string().optional(),
  geo: geoLocation.optional(),
  /** What was odd about the file although it could be read. */
  warnings: z.array(z.string()).optional(),
});
export type ExtractedMetadata = z.infer<typeof extractedMetadata>;

/** One label of the picture; confidence 0 to 100. */
export const tag = z.strictObject({ name: z.string(), confidence: z.number() });
export type Tag = z.infer<typeof tag>;

/** A derived picture, in the bucket of its original; width and height in pixels. */
export const derivedImage = z.strictObject({
  s3key: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
});
export type DerivedImage = z.infer<typeof derivedImage>;

/** What identifies one version of one object; the input of the image-processing machine. */
export const photoReference = z.strictObject({
  imageID: z.string(),
  albumID: z.string(),
  userID: z.string(),
  s3bucket: z.string(),
  /** Decoded: the key as the uploader wrote it. */
  s3key: z.string(),
  versionId: z.string(),
  /** Right-padded, so that string order is event order. */
  sequencer: z.string(),
});
export type PhotoReference = z.infer<typeof photoReference>;

export const detectLabelsOutput = z.strictObject({ tags: z.array(tag) });
export type DetectLabelsOutput = z.infer<typeof detectLabelsOutput>;

export const generateThumbnailsOutput = z.strictObject({
  thumbnail: derivedImage,
  preview: derivedImage,
  warnings: z.array(z.string()).optional(),
});
export type GenerateThumbnailsOutput = z.infer<typeof generateThumbnailsOutput>;

/** Input of the image-processing machine. */
export const imageProcessingInput = z.strictObject({ photo: photoReference });
export type ImageProcessingInput = z.infer<typeof imageProcessingInput>;

/** Input of extract-metadata. */
export const extractMetadataInput = z.strictObject({
  photo: photoReference,
  executionArn: z.string(),
});
export type ExtractMetadataInput = z.infer<typeof extractMetadataInput>;

/** Input of detect-labels and generate-thumbnails, which know the format and size by then. */
export const photoTaskInput = extractMetadataInput.extend({ extractedMetadata });
export type PhotoTaskInput = z.infer<typeof photoTaskInput>;

export const persistMetadataInput = z.strictObject({
  photo: photoReference,
  executionArn: z.string(),
  extractedMetadata,
  /** In the order of the machine's Parallel branches. */
  parallelResults: z.tuple([detectLabelsOutput, generateThumbnailsOutput]),
});
export type PersistMetadataInput = z.infer<typeof persistMetadataInput>;

export const photoStatus = z.enum([
  "PROCESSING",
  "PENDING_REVIEW",
  "READY",
  "UNSUPPORTED",
  "REJECTED",
  "EXPIRED",
  "FAILED",
]);
export type PhotoStatus = z.infer<typeof photoStatus>;

/** Input of record-failure when a state of the machine calls it. */
export const recordFailureInput = z.strictObject({
  photo: photoReference,
  executionArn: z.string(),
  status: z.enum(["UNSUPPORTED", "FAILED"]),
  failure: z.strictObject({
    /** The error's name, as Retry and Catch match it. */
    Error: z.string(),
    /** `<state name>: <cause>`, or a bare cause; that of a Lambda error is JSON text with errorMessage. */
    Cause: z.string(),
  }),
});
export type RecordFailureInput = z.infer<typeof recordFailureInput>;

/** An item of the table ImageMetadata. */
export const imageItem = z.object({
  imageID: z.string(),
  albumID: z.string(),
  userID: z.string(),
  /** ISO 8601 in UTC: the time of the S3 event. */
  uploadTime: z.string(),
  s3bucket: z.string(),
  s3key: z.string(),
  versionId: z.string().optional(),
  sequencer: z.string().optional(),
  /** `ERR` when no execution could be started. */
  executionArn: z.string(),
  status: photoStatus,
  errReason: z.string().optional(),
  /** How often a retry had the execution redriven: an earlier end of it doesn't count any more. */
  redriveCount: z.int().positive().optional(),
  extractedMetadata: extractedMetadata.optional(),
  tags: z.array(tag).optional(),
  thumbnail: derivedImage.optional(),
  preview: derivedImage.optional(),
  /** ISO 8601 in UTC of the last change of status. */
  updatedTime: z.string().optional(),
});
export type ImageItem = z.infer<typeof imageItem>;

/** The executionArn of a photo whose execution never started. */
export const noExecution = "ERR";
