import type { Readable } from "node:stream";
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { namedConnectionFailure } from "./connection-failure.ts";
import {
  AccessDeniedError,
  ConnectionError,
  ImageIdentifyError,
  ObjectCutOffError,
  ObjectNotFoundError,
} from "./errors.ts";

/** In bytes: what the tasks that read a photo whole can hold of it, beside its pixels. */
const largestPhoto = 200_000_000;

/** @throws {ImageIdentifyError} the file has more than {@link largestPhoto} */
export function refuseTooLarge(size: number): void {
  if (size <= largestPhoto) return;
  throw new ImageIdentifyError(
    `the file has ${Math.ceil(size / 1e6)} MB, more than the ${largestPhoto / 1e6} MB a photo may have`,
  );
}

/** Without versionId: the current version. */
export interface ObjectAddress {
  bucket: string;
  key: string;
  versionId?: string | undefined;
}

export interface ObjectBytes {
  bytes: Uint8Array;
  /** Of the whole object, in bytes, also when only a part was read. */
  size: number;
  /** "null" in a bucket without versions. */
  versionId: string;
}

export interface ObjectReader {
  /**
   * Reads an object, or its first `length` bytes, once and into one buffer.
   * @throws {ImageIdentifyError} it has more than {@link largestPhoto}: nothing of it is read then
   * @throws {ObjectNotFoundError} it, or this version of it, isn't there (any more)
   * @throws {AccessDeniedError} the role lacks s3:GetObject or s3:GetObjectVersion; also what S3 answers
   *   for an object that isn't there to a role without s3:ListBucket
   */
  read(address: ObjectAddress, length?: number): Promise<ObjectBytes>;
}

/** The objects of S3. */
export function objectReader(s3: S3Client): ObjectReader {
  const get = (address: ObjectAddress, length: number | undefined) =>
    s3.send(
      new GetObjectCommand({
        Bucket: address.bucket,
        Key: address.key,
        // A bucket without versions knows its objects by "null", which needs s3:GetObjectVersion to ask for.
        VersionId: address.versionId === "null" ? undefined : address.versionId,
        Range: length === undefined ? undefined : `bytes=0-${length - 1}`,
      }),
    );
  return {
    async read(address, length) {
      try {
        return await bytesOf(await get(address, length));
      } catch (error) {
        // S3 has no first byte of an empty object to give: 416.
        if (length !== undefined && nameOf(error) === "InvalidRange") {
          return bytesOf(await get(address, undefined));
        }
        throw s3Error(error, address);
      }
    },
  };
}

async function bytesOf(output: GetObjectCommandOutput): Promise<ObjectBytes> {
  const body = output.Body as Readable | undefined;
  const length = output.ContentLength ?? 0;
  try {
    refuseTooLarge(length);
  } catch (error) {
    body?.destroy();
    throw error;
  }
  const bytes = new Uint8Array(length);
  let filled = 0;
  try {
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      bytes.set(chunk.subarray(0, length - filled), filled);
      filled += chunk.byteLength;
    }
  } catch (cause) {
    if (!(namedConnectionFailure(cause) instanceof ConnectionError)) throw cause;
    throw new ObjectCutOffError(`S3 sent ${filled} of ${length} bytes`, { cause });
  }
  if (filled !== length) throw new ObjectCutOffError(`S3 sent ${filled} of ${length} bytes`);
  const total = output.ContentRange?.split("/")[1];
  return {
    bytes,
    size: total === undefined ? length : Number(total),
    versionId: output.VersionId ?? "null",
  };
}

/**
 * S3's errors under the names that the ASL knows. Others, throttling (`SlowDown`) and outages among
 * them, keep the name S3 gave them.
 * See https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function s3Error(error: unknown, address: ObjectAddress): unknown {
  const where = `s3://${address.bucket}/${address.key}`;
  switch (nameOf(error)) {
    case "NoSuchKey":
    case "NoSuchVersion":
    case "NotFound":
    case "MethodNotAllowed": // a read of a delete marker by its version
      return new ObjectNotFoundError("the object was deleted before it could be read", {
        cause: error,
      });
    case "AccessDenied":
    case "Forbidden":
      return new AccessDeniedError(
        `no access to ${where}: check the function's role and the bucket's policy`,
        { cause: error },
      );
    case "NoSuchBucket":
      return new ObjectNotFoundError(`the bucket ${address.bucket} does not exist`, {
        cause: error,
      });
    default:
      return error;
  }
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

/** What S3 means by a status, as it says it elsewhere (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
const namesOfStatuses: Readonly<Record<number, string>> = {
  403: "AccessDenied",
  404: "NoSuchKey",
  412: "PreconditionFailed",
  500: "InternalError",
  503: "ServiceUnavailable",
};

/**
 * An answer to HEAD has no body to say what is wrong in, and the SDK calls such an error `NotFound`, `403`
 * or `Unknown`: this gives it the name that S3 documents for its status.
 */
export function namedByStatus(error: unknown): unknown {
  if (!(error instanceof Error) || !/^(NotFound|Forbidden|Unknown\w*|\d{3})$/.test(error.name)) {
    return error;
  }
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const name = namesOfStatuses[$metadata?.httpStatusCode ?? 0];
  return name === undefined ? error : Object.assign(error, { name });
}
