import * as z from "zod";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: "is no bucket's name" });
const share = z.number().min(0).max(1);

/** Input of the sync-buckets machine; what isn't given is as here. */
export const syncRequest = z
  .strictObject({
    source: bucketName,
    destination: bucketName,
    /** Only keys that begin with it are looked at, in both buckets. */
    prefix: z.string().max(1024).default(""),
    /** Only keys after it, in the order of UTF-8. */
    startAfter: z.string().max(1024).default(""),
    /** Delete what the source doesn't have, once all that differs is copied. */
    deleteOrphans: z.boolean().default(false),
    /** List and report, and change nothing. */
    dryRun: z.boolean().default(false),
    /**
     * Copy also what differs by its own metadata or content headers alone: a HEAD on both sides of each
     * object whose bytes are the same. Tags aren't compared: no HEAD tells them.
     */
    compareMetadata: z.boolean().default(false),
    /** Carry over `x-amz-website-redirect-location`: a HEAD per object. */
    preserveRedirects: z.boolean().default(false),
    /** Keep the storage class instead of the destination's default: a HEAD per object. */
    preserveStorageClass: z.boolean().default(false),
    /** The run fails when more than this share of what differs could not be copied. */
    maximumFailedShare: share.default(0),
    /** Nothing is deleted when more than this share of the destination would be. */
    maximumOrphanShare: share.default(0.1),
  })
  .refine(({ source, destination }) => source !== destination, {
    path: ["destination"],
    error: "is the source too: every object would be copied onto itself",
  });
export type SyncRequest = z.infer<typeof syncRequest>;

/** Where a run keeps its manifests, fates and report: `runs/<execution name>/` in the bucket of runs. */
export const syncRun = z.strictObject({
  prefix: z.string().regex(/^runs\/[^/]+\/$/),
  /** ISO 8601 in UTC. */
  startTime: z.string(),
});
export type SyncRun = z.infer<typeof syncRun>;

const runOf = { run: syncRun, sync: syncRequest };

/** Input of find-bucket-region. */
export const findBucketRegionInput = z.strictObject({
  ...runOf,
  bucket: z.enum(["source", "destination"]),
});
export type FindBucketRegionInput = z.infer<typeof findBucketRegionInput>;
export const bucketRegion = z.strictObject({ bucket: z.string(), region: z.string() });
export type BucketRegion = z.infer<typeof bucketRegion>;

/** How far the listing is; counts of objects, bytes and requests from the beginning of the run. */
export const listingProgress = z.strictObject({
  /** The last key that was dealt with in both buckets; "" at the beginning. */
  after: z.string(),
  copyShards: z.int().nonnegative(),
  orphanShards: z.int().nonnegative(),
  /** In the source. */
  listed: z.int().nonnegative(),
  listedBytes: z.int().nonnegative(),
  /** In the destination. */
  destinationListed: z.int().nonnegative(),
  differing: z.int().nonnegative(),
  differingBytes: z.int().nonnegative(),
  unchanged: z.int().nonnegative(),
  orphans: z.int().nonnegative(),
  listRequests: z.int().nonnegative(),
  headRequests: z.int().nonnegative(),
});
export type ListingProgress = z.infer<typeof listingProgress>;
export const noProgress: ListingProgress = {
  after: "",
  copyShards: 0,
  orphanShards: 0,
  listed: 0,
  listedBytes: 0,
  destinationListed: 0,
  differing: 0,
  differingBytes: 0,
  unchanged: 0,
  orphans: 0,
  listRequests: 0,
  headRequests: 0,
};

/** Input of list-differences; null is the progress of a run that begins. */
export const listDifferencesInput = z.strictObject({
  ...runOf,
  progress: listingProgress.nullable(),
});
export type ListDifferencesInput = z.infer<typeof listDifferencesInput>;
export const listDifferencesOutput = z.strictObject({
  done: z.boolean(),
  progress: listingProgress,
  /** More orphans than the request allows were found so far: none is to be deleted. */
  orphansRefused: z.boolean(),
});
export type ListDifferencesOutput = z.infer<typeof listDifferencesOutput>;

/** A line of a manifest shard under `<run>copy/`: an object that is to be copied, and why. */
export const copyLine = z.strictObject({
  key: z.string(),
  size: z.int().nonnegative(),
  /** As the listing gave it, without quotes. */
  etag: z.string(),
  reason: z.enum(["missing", "size", "etag", "metadata"]),
  /** The ETag of the object that the destination has under the key, without quotes; none where it has none. */
  replaces: z.string().optional(),
  storageClass: z.string().optional(),
});
export type CopyLine = z.infer<typeof copyLine>;

/** A line of a manifest shard under `<run>orphans/`. */
export const orphanLine = z.strictObject({ key: z.string(), size: z.int().nonnegative() });
export type OrphanLine = z.infer<typeof orphanLine>;

/** A line under `<run>fates/`: what became of an object that differed. */
export const fateLine = z.strictObject({
  key: z.string(),
  fate: z.enum([
    "copied",
    "deleted",
    /** Listed, and gone when it was to be copied: no failure. */
    "vanished",
    /** In an archive that gives nothing without a restore: no failure. */
    "archived",
    "failed",
  ]),
  bytes: z.int().nonnegative(),
  /** Of a copy, and only where they differ though the bytes don't; without quotes. */
  etags: z.strictObject({ source: z.string(), destination: z.string() }).optional(),
  error: z.string().optional(),
  message: z.string().optional(),
  /** ISO 8601 in UTC. */
  at: z.string(),
});
export type FateLine = z.infer<typeof fateLine>;

/**
 * A line of what earlier runs copied, in the order of keys: an object whose bytes are the same in both
 * buckets as long as all three are as here.
 */
export const copiedLine = z.strictObject({
  key: z.string(),
  size: z.int().nonnegative(),
  source: z.string(),
  destination: z.string(),
});
export type CopiedLine = z.infer<typeof copiedLine>;

/** Input of copy-objects and delete-orphans: one shard. */
export const shardInput = z.strictObject({
  ...runOf,
  /** Its key in the bucket of runs. */
  shard: z.string(),
});
export type ShardInput = z.infer<typeof shardInput>;
/** How many of a shard came to which fate. */
export const shardOutput = z.strictObject({
  copied: z.int().nonnegative(),
  deleted: z.int().nonnegative(),
  vanished: z.int().nonnegative(),
  archived: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  requests: z.int().nonnegative(),
});
export type ShardOutput = z.infer<typeof shardOutput>;

/** Why a run ended before its end, as a Catch gives it; the cause begins with the state's name. */
export const stateFailure = z.strictObject({ Error: z.string(), Cause: z.string() });
export type StateFailure = z.infer<typeof stateFailure>;

/** Input of write-report. */
export const writeReportInput = z.strictObject({
  ...runOf,
  /** null when no listing got anywhere. */
  progress: listingProgress.nullable(),
  /** null when every state did its work. */
  failure: stateFailure.nullable(),
});
export type WriteReportInput = z.infer<typeof writeReportInput>;
/** What a run came to; also its `summary.json`, and the machine's output. */
export const syncSummary = z.strictObject({
  /** The run came to its end, no more failed than the request allows, and no deletion was refused. */
  ok: z.boolean(),
  /** Why not. */
  reason: z.string().optional(),
  /** What the execution fails with when a state failed for good: then the counts are what is known. */
  failure: z.strictObject({ error: z.string(), cause: z.string() }).optional(),
  dryRun: z.boolean(),
  listed: z.int().nonnegative(),
  differing: z.int().nonnegative(),
  copied: z.int().nonnegative(),
  unchanged: z.int().nonnegative(),
  orphans: z.int().nonnegative(),
  deleted: z.int().nonnegative(),
  vanished: z.int().nonnegative(),
  archived: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  /** Copied. */
  bytes: z.int().nonnegative(),
  seconds: z.number().nonnegative(),
  /** `s3://bucket/key` of the HTML page. */
  report: z.string(),
});
export type SyncSummary = z.infer<typeof syncSummary>;
