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

/** Input of extract-metadata and quarantine-photo. */
export const extractMetadataInput = z.strictObject({
  photo: photoReference,
  executionArn: z.string(),
});
export type ExtractMetadataInput = z.infer<typeof extractMetadataInput>;

/** Input of detect-labels and generate-thumbnails, which know the format and size by then. */
export const photoTaskInput = extractMetadataInput.extend({ extractedMetadata });
export type PhotoTaskInput = z.infer<typeof photoTaskInput>;

/** One label of Rekognition's moderation taxonomy; confidence 0 to 100. */
export const moderationLabel = z.strictObject({
  name: z.string(),
  confidence: z.number(),
  /** Not there at level 1. */
  parentName: z.string().optional(),
  taxonomyLevel: z.int().min(1).max(3),
});
export type ModerationLabel = z.infer<typeof moderationLabel>;

/** What detect-moderation answers: what was seen, and what the policy makes of it. */
export const moderation = z.strictObject({
  verdict: z.enum(["clean", "suspect", "inappropriate"]),
  /** Tells one policy document from every other. */
  policyVersion: z.string(),
  /** Rekognition's model; on a laptop it begins with `darkroom-local`, whose confidences aren't calibrated. */
  modelVersion: z.string(),
  labels: z.array(moderationLabel),
  /** Which label decided, and by which threshold; not there where it is clean. */
  reason: z.string().optional(),
});
export type Moderation = z.infer<typeof moderation>;

/** Who decided about a photo, when (ISO 8601 in UTC), and why. */
export const review = z.strictObject({
  /** Whom the reviewer's tool named; `unknown` where it named nobody, `policy <version>` without a person. */
  by: z.string(),
  at: z.string(),
  decision: z.enum(["approved", "denied", "rejected by policy"]),
  reason: z.string(),
});
export type Review = z.infer<typeof review>;

/** What a reviewer is given by GetActivityTask, as JSON text. */
export const approvalTask = z.strictObject({
  photo: photoReference,
  executionArn: z.string(),
  extractedMetadata,
  moderation,
});
export type ApprovalTask = z.infer<typeof approvalTask>;

/**
 * The errors by which SendTaskFailure decides: what denies, as we and as the workshop spell it, and what
 * gives the photo back undecided.
 */
export const approvalErrors = {
  denied: ["InappropriateError", "InappropiateError"],
  released: "ReviewReleased",
} as const;

const reviewInput = { photo: photoReference, executionArn: z.string(), moderation };

/** Input of record-review: a photo that a person is asked about, or what was decided. */
export const recordReviewInput = z.discriminatedUnion("review", [
  z.strictObject({ ...reviewInput, review: z.literal("asked") }),
  /** The output of SendTaskSuccess, whatever a reviewer sent. */
  z.strictObject({ ...reviewInput, review: z.literal("approved"), answer: z.json() }),
  /** What Catch makes of SendTaskFailure; what the reviewer didn't send is null. */
  z.strictObject({
    ...reviewInput,
    review: z.literal("denied"),
    answer: z.strictObject({ Error: z.string().nullish(), Cause: z.string().nullish() }),
  }),
  z.strictObject({ ...reviewInput, review: z.literal("rejected by policy") }),
]);
export type RecordReviewInput = z.infer<typeof recordReviewInput>;

/** An item of the table ReviewDecisions: written once, never changed. */
export const reviewDecision = review.extend({
  imageID: z.string(),
  executionArn: z.string(),
  albumID: z.string(),
  userID: z.string(),
  s3bucket: z.string(),
  s3key: z.string(),
  versionId: z.string(),
  /** What was shown. */
  moderation,
});
export type ReviewDecision = z.infer<typeof reviewDecision>;

/** Input of quarantine-photo. */
export const quarantinePhotoInput = z.strictObject(extractMetadataInput.shape);

/** Where a rejected version went, in the same bucket; undefined members where it was deleted before. */
export const quarantine = z.strictObject({
  s3key: z.string().optional(),
  versionId: z.string().optional(),
});
export type Quarantine = z.infer<typeof quarantine>;

export const persistMetadataInput = z.strictObject({
  photo: photoReference,
  executionArn: z.string(),
  extractedMetadata,
  moderation,
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
export const recordFailureInput = z.discriminatedUnion("status", [
  z.strictObject({
    photo: photoReference,
    executionArn: z.string(),
    status: z.enum(["UNSUPPORTED", "FAILED"]),
    failure: z.strictObject({
      /** The error's name, as Retry and Catch match it. */
      Error: z.string(),
      /** `<state name>: <cause>`, or a bare cause; that of a Lambda error is JSON text with errorMessage. */
      Cause: z.string(),
    }),
  }),
  z.strictObject({
    photo: photoReference,
    executionArn: z.string(),
    status: z.literal("REJECTED"),
    moderation,
    review,
    quarantine,
  }),
]);
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
  moderation: moderation.optional(),
  /** What was decided about this version; the decision itself stands in ReviewDecisions. */
  review: review.optional(),
  quarantine: quarantine.optional(),
  tags: z.array(tag).optional(),
  thumbnail: derivedImage.optional(),
  preview: derivedImage.optional(),
  /** ISO 8601 in UTC of the last change of status. */
  updatedTime: z.string().optional(),
});
export type ImageItem = z.infer<typeof imageItem>;

/** An item of the table AlbumMetadata. */
export const albumItem = z.object({
  /** `<userID>/<album as in the keys>` */
  albumID: z.string(),
  userID: z.string(),
  /** What people read. */
  name: z.string(),
  /** ISO 8601 in UTC. */
  creationTime: z.string(),
});
export type AlbumItem = z.infer<typeof albumItem>;

/** The executionArn of a photo whose execution never started. */
export const noExecution = "ERR";
