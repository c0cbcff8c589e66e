import { readBodyLength } from "../body-length.ts";
import { writeHeaders } from "../object-attributes.ts";
import { checksumHeaders, encryptionHeaders, quoted, versionHeader } from "../object-headers.ts";
import type { ObjectCall, Operation } from "../operation.ts";
import type { Bucket } from "../store/bucket-store.ts";
import type { ObjectVersion } from "../store/version-store.ts";
import { parseTagHeader } from "../tags.ts";
import { uploadChecksumHeaders } from "../upload-headers.ts";
import { uploadObject } from "../upload-object.ts";
import { emptyResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export const putObject: Operation<ObjectCall> = {
  name: "PutObject",
  headers: [...writeHeaders, ...uploadChecksumHeaders],
  async run(call, parts) {
    const { body, trailers } = call.request;
    const written = await uploadObject(call, parts, {
      body,
      trailers,
      size: readBodyLength(call),
      tags: parseTagHeader(call.headers.get("x-amz-tagging")),
      event: "ObjectCreated:Put",
    });
    return emptyResponse(200, writtenHeaders(written));
  },
};

/** What is told of an object that has just been written. */
export const writtenHeaders = ({
  bucket,
  version,
}: {
  bucket: Bucket;
  version: ObjectVersion;
}): Record<string, string> => ({
  etag: quoted(version.etag),
  ...encryptionHeaders,
  ...checksumHeaders(version.checksum),
  ...(bucket.versioning === "Enabled" ? versionHeader(bucket, version.versionId) : {}),
});
