import { createHash } from "node:crypto";
import type { z } from "zod";
import { createDigest } from "./checksum.ts";
import { readDeclaredChecksums, verifyChecksums } from "./declared-checksums.ts";
import type { ServiceCall } from "./operation.ts";
import { invalidRequest } from "./s3-error.ts";
import { parseXml } from "./xml.ts";

/** Room for 10,000 parts, or 1,000 keys of 1,024 bytes with every character written as an entity. */
const maximumDocumentBytes = 8 * 1024 * 1024;

interface DocumentOptions {
  /** S3 takes some documents only with Content-MD5 or a checksum. */
  readonly needsChecksum?: boolean;
  /** The checksum headers of this call are about something else than the document. */
  readonly ignoresChecksum?: boolean;
}

/** Reads the XML document of a request by its schema, after the checksums that were given for it. */
export async function readDocument<Schema extends z.ZodType>(
  call: ServiceCall,
  root: string,
  schema: Schema,
  options: DocumentOptions = {},
): Promise<z.infer<Schema>> {
  const text = await readText(call, maximumDocumentBytes, options);
  return parseXml(text, root, schema);
}

/** Reads the body of a request as text, and holds it against the checksums that were given for it. */
export async function readText(
  call: ServiceCall,
  limit: number,
  options: DocumentOptions = {},
): Promise<string> {
  const declared = options.ignoresChecksum ? {} : readDeclaredChecksums(call.headers);
  if (
    options.needsChecksum &&
    declared.contentMd5 === undefined &&
    declared.algorithm === undefined
  ) {
    throw invalidRequest("Missing required header for this request: Content-MD5");
  }
  const body = await call.request.readBody(limit);
  verifyChecksums(declared, call.request.trailers, {
    md5: createHash("md5").update(body).digest(),
    digests(algorithm) {
      const digest = createDigest(algorithm);
      digest.update(body);
      return digest.digest();
    },
  });
  return body.toString("utf8");
}
