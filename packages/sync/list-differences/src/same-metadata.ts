import type { HeadObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { headOf, type ObjectComparison } from "./head-of.ts";

/** What CopyObject carries over with the bytes, and HEAD tells. */
const headers = [
  "CacheControl",
  "ContentDisposition",
  "ContentEncoding",
  "ContentLanguage",
  "ContentType",
  "ExpiresString",
] as const satisfies (keyof HeadObjectCommandOutput)[];

/**
 * Compares the metadata of users and the content headers, as far as a copy carries them over. The website
 * redirect counts only where the copy is asked to keep it; tags never do, since HEAD says how many there are
 * and not which.
 */
export function sameMetadata(s3: S3Client): ObjectComparison {
  return async (sync, key, options) => {
    const [wanted, found] = await Promise.all([
      headOf(s3, sync.source, key, options),
      headOf(s3, sync.destination, key, options),
    ]);
    if (wanted === undefined || found === undefined) return false;
    return (
      headers.every((header) => wanted[header] === found[header]) &&
      sameRecord(wanted.Metadata, found.Metadata) &&
      (!sync.preserveRedirects || wanted.WebsiteRedirectLocation === found.WebsiteRedirectLocation)
    );
  };
}

function sameRecord(
  one: Readonly<Record<string, string>> = {},
  other: Readonly<Record<string, string>> = {},
): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && one[name] === other[name])
  );
}
