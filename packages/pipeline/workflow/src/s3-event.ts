import * as z from "zod";
import type { PhotoReference } from "./contracts.ts";
import { imageIdOf, parseIncomingKey } from "./photo-identity.ts";

/** userID and albumID of an object whose key names neither; no user's album can be called so. */
export const unfiled = "(none)";

/**
 * Sequencers of one key sort as strings once the shorter one is padded with zeros on its right
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
 * Those seen have 16 to 18 hex digits.
 */
export function padSequencer(sequencer: string): string {
  return sequencer.toUpperCase().padEnd(32, "0");
}

/**
 * The key as the uploader wrote it: S3 sends it URL-encoded once, with `+` for a space.
 * Undefined for what can't come from S3.
 */
export function decodeKey(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

const eventRecord = z.looseObject({
  eventName: z.string(),
  eventTime: z.iso.datetime(),
  s3: z.looseObject({
    bucket: z.looseObject({ name: z.string() }),
    object: z.looseObject({
      key: z
        .string()
        .refine((key) => decodeKey(key) !== undefined, "not a URL-encoded key")
        .transform((key) => decodeKey(key) ?? ""),
      /** Not there in a bucket without versions. */
      versionId: z.string().default("null"),
      sequencer: z.string().transform(padSequencer),
    }),
  }),
});

/** One version of one object that came in. */
export interface Arrival {
  photo: PhotoReference;
  /** ISO 8601 in UTC: the time of the event. */
  uploadTime: string;
  /** Why it can't be processed, for people: its key isn't `Incoming/<user>/<album>/<file>`. */
  fault?: string;
}

/**
 * What a message of the queue holds, parsed to the objects that came in: those that an S3 event says
 * were created; none for the test event that S3 sends when a notification is set up.
 */
export const s3Arrivals = z
  .union([
    z.looseObject({ Records: z.array(eventRecord) }),
    z.looseObject({ Event: z.literal("s3:TestEvent") }).transform(() => ({ Records: [] })),
  ])
  .transform(({ Records }) =>
    Records.filter(({ eventName }) => eventName.startsWith("ObjectCreated:")).map(arrivalOf),
  );

function arrivalOf({ eventTime, s3: { bucket, object } }: z.infer<typeof eventRecord>): Arrival {
  const owner = parseIncomingKey(object.key);
  return {
    photo: {
      imageID: imageIdOf(bucket.name, object.key),
      ...(owner ?? { userID: unfiled, albumID: unfiled }),
      s3bucket: bucket.name,
      s3key: object.key,
      versionId: object.versionId,
      sequencer: object.sequencer,
    },
    uploadTime: new Date(eventTime).toISOString(),
    ...(owner === undefined
      ? { fault: `its key "${object.key}" is not of the form Incoming/<user>/<album>/<file>` }
      : {}),
  };
}
