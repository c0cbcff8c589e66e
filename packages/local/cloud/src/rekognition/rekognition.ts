import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { type JsonService, jsonService } from "../http/json-service.ts";
import { parseInput } from "../parse-input.ts";
import type { Authorize, Call } from "../service.ts";

/** What finds things in pictures; its errors carry AWS's names. */
export interface LabelDetector {
  detectLabels(
    image: Uint8Array,
    options: { maxLabels: number; minConfidence: number },
  ): Promise<unknown>;
}

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

const detectLabelsInput = z.strictObject({
  Image: z.union([
    z.strictObject({ Bytes: z.base64() }),
    z.strictObject({
      S3Object: z.strictObject({
        Bucket: z.string(),
        Name: z.string(),
        Version: z.string().optional(),
      }),
    }),
  ]),
  MaxLabels: z.int().min(0).optional(),
  MinConfidence: z.number().min(0).max(100).optional(),
});

export interface RekognitionOptions {
  readonly detector: LabelDetector;
  /** Reads an object with the caller's own permissions; more than `limit` bytes is an ImageTooLargeException. */
  readonly readObject: (
    object: { bucket: string; key: string; versionId?: string },
    authorize: Authorize,
    limit: number,
  ) => Promise<Uint8Array>;
}

/** Amazon Rekognition's DetectLabels on a local model. */
export function createRekognition(options: RekognitionOptions): { service: JsonService } {
  async function readImage(
    image: z.infer<typeof detectLabelsInput>["Image"],
    call: Call,
  ): Promise<Uint8Array> {
    if ("Bytes" in image) {
      const bytes = Buffer.from(image.Bytes, "base64");
      if (bytes.length > maximumBytes.inline) throw tooLarge(maximumBytes.inline);
      return bytes;
    }
    const { Bucket, Name, Version } = image.S3Object;
    try {
      return await options.readObject(
        { bucket: Bucket, key: Name, ...(Version === undefined ? {} : { versionId: Version }) },
        call.authorize,
        maximumBytes.s3,
      );
    } catch (error) {
      if (!(error instanceof AwsError) || error.code === "ImageTooLargeException") throw error;
      throw new AwsError(
        "InvalidS3ObjectException",
        "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
        { cause: error },
      );
    }
  }

  return {
    service: jsonService({
      name: "rekognition",
      jsonVersion: "1.1",
      operations: {
        async DetectLabels(raw, call) {
          const input = parseInput(detectLabelsInput, raw);
          call.authorize("rekognition:DetectLabels", "*");
          const image = await readImage(input.Image, call);
          try {
            // The defaults are Rekognition's own.
            return await options.detector.detectLabels(image, {
              maxLabels: input.MaxLabels ?? 1000,
              minConfidence: input.MinConfidence ?? 55,
            });
          } catch (error) {
            const status = error instanceof Error ? detectorErrors.get(error.name) : undefined;
            if (!(error instanceof Error) || status === undefined) throw error;
            throw new AwsError(error.name, error.message, { status, cause: error });
          }
        },
      },
    }),
  };
}

function tooLarge(limit: number): AwsError {
  return new AwsError("ImageTooLargeException", `The image is larger than ${limit} bytes.`);
}
