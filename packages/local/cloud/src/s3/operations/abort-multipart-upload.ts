import { findUpload } from "../find-upload.ts";
import type { ObjectCall, Operation } from "../operation.ts";
import { authorizeObject } from "../permissions.ts";
import { emptyResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export const abortMultipartUpload: Operation<ObjectCall> = {
  name: "AbortMultipartUpload",
  query: ["uploadId"],
  async run(call, parts) {
    authorizeObject(call, "s3:AbortMultipartUpload");
    await parts.write((effects) => {
      const upload = findUpload(call, parts);
      effects.discarded.push(...parts.store.uploads.remove(upload, new Set()));
    });
    return emptyResponse(204);
  },
};
