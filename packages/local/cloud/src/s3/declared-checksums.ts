import {
  algorithmOfHeader,
  type ChecksumAlgorithm,
  checksumHeader,
  isChecksumAlgorithm,
  parseDigest,
} from "./checksum.ts";
import type { RequestHeaders } from "./request-headers.ts";
import { badDigest, invalidRequest, S3Error } from "./s3-error.ts";

/** What a request says about the bytes of its body. */
export interface DeclaredChecksums {
  readonly contentMd5?: Buffer;
  readonly algorithm?: ChecksumAlgorithm;
  /** Absent when the value comes in the trailer. */
  readonly value?: Buffer;
}

/** Reads Content-MD5 and the one checksum that a request may have, in a header or announced for the trailer. */
export function readDeclaredChecksums(headers: RequestHeaders): DeclaredChecksums {
  const names = [...headers.keys()].filter((name) => algorithmOfHeader(name) !== undefined);
  const trailer = headers.get("x-amz-trailer")?.trim().toLowerCase();
  if (names.length + (trailer === undefined ? 0 : 1) > 1) {
    throw invalidRequest(
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  const header = names[0];
  const algorithm = algorithmOfHeader(header ?? trailer ?? "");
  if (trailer !== undefined && algorithm === undefined) {
    throw invalidRequest(
      `The value specified in the x-amz-trailer header is not supported: ${trailer}`,
    );
  }
  checkSdkAlgorithm(headers.get("x-amz-sdk-checksum-algorithm"), algorithm);
  const contentMd5 = readContentMd5(headers.get("content-md5"));
  const value =
    header === undefined || algorithm === undefined
      ? undefined
      : readChecksumValue(headers.get(header) ?? "", algorithm);
  return {
    ...(contentMd5 === undefined ? {} : { contentMd5 }),
    ...(algorithm === undefined ? {} : { algorithm }),
    ...(value === undefined ? {} : { value }),
  };
}

function checkSdkAlgorithm(
  declared: string | undefined,
  algorithm: ChecksumAlgorithm | undefined,
): void {
  if (declared === undefined) return;
  const wanted = declared.toUpperCase();
  if (!isChecksumAlgorithm(wanted) || (algorithm !== undefined && algorithm !== wanted)) {
    throw invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.");
  }
  if (algorithm === undefined) {
    throw invalidRequest(
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
}

function readContentMd5(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined;
  const digest = parseDigest(text, "MD5");
  if (digest !== undefined) return digest;
  throw new S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.", {
    fields: { "Content-MD5": text },
  });
}

export function readChecksumValue(text: string, algorithm: ChecksumAlgorithm): Buffer {
  const digest = parseDigest(text, algorithm);
  if (digest !== undefined) return digest;
  throw invalidRequest(`Value for ${checksumHeader(algorithm)} header is invalid.`);
}

/**
 * Compares what was declared with what was received.
 * @param trailers complete, since the body has been read to its end
 * @throws S3Error BadDigest
 */
export function verifyChecksums(
  declared: DeclaredChecksums,
  trailers: ReadonlyMap<string, string>,
  received: { readonly md5: Buffer; readonly digests: (algorithm: ChecksumAlgorithm) => Buffer },
): void {
  if (declared.contentMd5 !== undefined && !declared.contentMd5.equals(received.md5)) {
    throw badDigest("Content-MD5");
  }
  if (declared.algorithm === undefined) return;
  const expected = declared.value ?? readTrailer(trailers, declared.algorithm);
  if (!expected.equals(received.digests(declared.algorithm))) throw badDigest(declared.algorithm);
}

function readTrailer(trailers: ReadonlyMap<string, string>, algorithm: ChecksumAlgorithm): Buffer {
  const header = checksumHeader(algorithm);
  const text = trailers.get(header);
  if (text === undefined) {
    throw new S3Error(
      "MalformedTrailerError",
      "The request contained trailing data that was not well-formed or did not conform to our published schema.",
    );
  }
  const digest = parseDigest(text, algorithm);
  if (digest === undefined) {
    throw invalidRequest(`Value for ${header} trailing header is invalid.`);
  }
  return digest;
}
