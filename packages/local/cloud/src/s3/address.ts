import { invalidArgument, invalidBucketName, S3Error } from "./s3-error.ts";

/** What a request is about: the service, a bucket, or an object in it. */
export interface Address {
  readonly bucket?: string;
  readonly key?: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html: 1,024 bytes of UTF-8. */
const maximumKeyBytes = 1024;

/**
 * Reads bucket and key from path (`/bucket/key`) or host (`bucket.localhost`). The key is what follows, decoded once and
 * otherwise left alone: `a//b`, `../x` and a trailing slash are keys like any other.
 */
export function readAddress(host: string, rawPath: string): Address {
  const suffix = ".localhost";
  if (host.endsWith(suffix)) {
    return withKey(host.slice(0, -suffix.length), decode(rawPath.slice(1)));
  }
  if (rawPath === "/") return {};
  const slash = rawPath.indexOf("/", 1);
  const bucket = decode(slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash));
  if (bucket === "") throw invalidBucketName(bucket);
  return withKey(bucket, slash < 0 ? "" : decode(rawPath.slice(slash + 1)));
}

function withKey(bucket: string, key: string): Address {
  if (key === "") return { bucket };
  checkKey(key);
  return { bucket, key };
}

/** @throws S3Error KeyTooLongError */
export function checkKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size <= maximumKeyBytes) return;
  throw new S3Error("KeyTooLongError", "Your key is too long", {
    fields: { Size: size, MaxSizeAllowed: maximumKeyBytes },
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidURI", "Couldn't parse the specified URI.");
  }
}

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** `x-amz-copy-source`: `[/]bucket/key[?versionId=…]`, URL-encoded or, by older clients, not. */
export function readCopySource(header: string): CopySource {
  const [, path = "", versionId] = /^\/?(.*?)(?:\?versionId=([^?]*))?$/s.exec(header) ?? [];
  const decoded = decode(path);
  const slash = decoded.indexOf("/");
  if (slash < 1 || slash === decoded.length - 1) {
    throw invalidArgument(
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      "x-amz-copy-source",
      header,
    );
  }
  const key = decoded.slice(slash + 1);
  checkKey(key);
  return {
    bucket: decoded.slice(0, slash),
    key,
    ...(versionId === undefined ? {} : { versionId: decode(versionId) }),
  };
}
