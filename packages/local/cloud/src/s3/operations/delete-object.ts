import { bareEtag } from "../conditions.ts";
import { deleteVersion } from "../delete-version.ts";
import { readVersionId } from "../find-version.ts";
import type { ObjectCall, Operation } from "../operation.ts";
import { authorizeObject } from "../permissions.ts";
import { emptyResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export const deleteObject: Operation<ObjectCall> = {
  name: "DeleteObject",
  query: ["versionId"],
  async run(call, parts) {
    const versionId = readVersionId(call.query);
    const ifMatch = call.headers.get("if-match");
    authorizeObject(call, versionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion");
    if (ifMatch !== undefined && ifMatch !== "*") authorizeObject(call, "s3:GetObject");
    const result = await parts.write((effects) =>
      deleteVersion(parts, effects, {
        bucketName: call.bucket.name,
        key: call.key,
        versionId,
        condition: ifMatch === undefined ? undefined : { etag: bareEtag(ifMatch) },
        request: call.request,
      }),
    );
    return emptyResponse(204, {
      ...(result.versionId === undefined ? {} : { "x-amz-version-id": result.versionId }),
      ...(result.deleteMarker ? { "x-amz-delete-marker": "true" } : {}),
    });
  },
};
