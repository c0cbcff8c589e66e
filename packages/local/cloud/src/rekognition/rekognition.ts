import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { type JsonService, jsonService } from "../http/json-service.ts";
import { parseInput } from "../parse-input.ts";
import type { Authorize, Call, Operation } from "../service.ts";

/** What finds things in pictures; its errors carry AWS's names. */
export interface LabelDetector {
  detectLabels(
    image: Uint8Array,
    options: { maxLabels: number; minConfidence: number },
  ): Promise<unknown>;
}

const pinnedVerdict = z.enum(["clean", "suspect", "inappropriate"]);

/** What says whether pictures are fit to be shown; its errors carry AWS's names. */
export interface ModerationDetector {
  /** @param options.pinned answered in place of what is in the picture */
  detectModerationLabels(
    image: Uint8Array,
    options: { minConfidence: number; pinned?: z.infer<typeof pinnedVerdict> },
  ): Promise<unknown>;
}

/**
 * Metadata of an S3 object (`x-amz-meta-` before it as a header) that pins what DetectModerationLabels answers, for
 * tests and demos. Local only: Rekognition looks at the picture and knows of no such thing.
 */
const pinKey = "darkroom-moderation";

/** https://docs.aws.amazon.com/rekognition/latest/dg/limits.html */
const maximumBytes = { inline: 5 * 1024 * 1024, s3: 15 * 1024 * 1024 };

/** Errors of the detector that Rekognition has too, and their statuses; anything else is a fault of ours. */
const detectorErrors: ReadonlyMap<string, number> = new Map([
  ["ImageTooLargeException", 400],
  ["InternalServerError", 500],
  ["InvalidImageFormatException", 400],
  ["InvalidParameterException", 400],
  ["ThrottlingException", 400],
]);

const imageInput = z.union([
  z.strictObject({ Bytes: z.base64() }),
  z.strictObject({
    S3Object: z.strictObject({
      Bucket: z.string(),
      Name: z.string(),
      Version: z.string().optional(),
    }),
  }),
]);

const confidenceInput = z.number().min(0).max(100).optional();

const detectLabelsInput = z.strictObject({
  Image: imageInput,
  MaxLabels: z.int().min(0).optional(),
  MinConfidence: confidenceInput,
});

const detectModerationLabelsInput = z.strictObject({
  Image: imageInput,
  MinConfidence: confidenceInput,
});

interface ObjectName {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

export interface RekognitionOptions {
  readonly detector: LabelDetector;
  /** Reads an object with the caller's own permissions; more than `limit` bytes is an ImageTooLargeException. */
  readonly readObject: (
    object: ObjectName,
    authorize: Authorize,
    limit: number,
  ) => Promise<Uint8Array>;
  /** Without it, DetectModerationLabels is refused by its name. */
  readonly moderation?: {
    readonly detector: ModerationDetector;
    /** The object's own metadata, its keys in lower case and without `x-amz-meta-`; asks for what readObject asks for. */
    readonly readMetadata: (
      object: ObjectName,
      authorize: Authorize,
    ) => Readonly<Record<string, string>>;
  };
}

/** Amazon Rekognition's DetectLabels and DetectModerationLabels on local models. */
export function createRekognition({ detector, readObject, moderation }: RekognitionOptions): {
  service: JsonService;
} {
  async function readImage(image: z.infer<typeof imageInput>, call: Call): Promise<Uint8Array> {
    if ("Bytes" in image) {
      const bytes = Buffer.from(image.Bytes, "base64");
      if (bytes.length > maximumBytes.inline) throw tooLarge(maximumBytes.inline);
      return bytes;
    }
    return fromS3(() => readObject(objectOf(image), call.authorize, maximumBytes.s3));
  }

  const operations: Record<string, Operation> = {
    async DetectLabels(raw, call) {
      const input = parseInput(detectLabelsInput, raw);
      call.authorize("rekognition:DetectLabels", "*");
      const image = await readImage(input.Image, call);
      // The defaults are Rekognition's own.
      return detecting(() =>
        detector.detectLabels(image, {
          maxLabels: input.MaxLabels ?? 1000,
          minConfidence: input.MinConfidence ?? 55,
        }),
      );
    },
  };

  if (moderation !== undefined) {
    operations.DetectModerationLabels = async (raw, call) => {
      const { Image, MinConfidence } = parseInput(detectModerationLabelsInput, raw);
      call.authorize("rekognition:DetectModerationLabels", "*");
      const pin =
        "Bytes" in Image
          ? undefined
          : await fromS3(
              async () => moderation.readMetadata(objectOf(Image), call.authorize)[pinKey],
            );
      const image = await readImage(Image, call);
      return detecting(() =>
        moderation.detector.detectModerationLabels(image, {
          // Rekognition's own default.
          minConfidence: MinConfidence ?? 50,
          ...(pin === undefined ? {} : { pinned: parsePin(pin) }),
        }),
      );
    };
  }

  return { service: jsonService({ name: "rekognition", jsonVersion: "1.1", operations }) };
}

function objectOf({
  S3Object: { Bucket, Name, Version },
}: Exclude<z.infer<typeof imageInput>, { Bytes: string }>): ObjectName {
  return { bucket: Bucket, key: Name, ...(Version === undefined ? {} : { versionId: Version }) };
}

/** Reads from S3, and says of what goes wrong there what Rekognition says. */
async function fromS3<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === "ImageTooLargeException") throw error;
    throw new AwsError(
      "InvalidS3ObjectException",
      "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
      { cause: error },
    );
  }
}

/** Gives a detector's errors on under the names that Rekognition has for them. */
async function detecting(detect: () => Promise<unknown>): Promise<unknown> {
  try {
    return await detect();
  } catch (error) {
    const status = error instanceof Error ? detectorErrors.get(error.name) : undefined;
    if (!(error instanceof Error) || status === undefined) throw error;
    throw new AwsError(error.name, error.message, { status, cause: error });
  }
}

function parsePin(pin: string): z.infer<typeof pinnedVerdict> {
  const verdict = pinnedVerdict.safeParse(pin);
  if (verdict.success) return verdict.data;
  throw new AwsError(
    "InvalidParameterException",
    `The object's metadata ${pinKey} is ${JSON.stringify(pin)}; it can be ${pinnedVerdict.options.join(", ")}.`,
  );
}

function tooLarge(limit: number): AwsError {
  return new AwsError("ImageTooLargeException", `The image is larger than ${limit} bytes.`);
}
