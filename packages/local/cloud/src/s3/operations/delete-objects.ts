import { z } from "zod";
import { AwsError } from "../../aws-error.ts";
import { bareEtag } from "../conditions.ts";
import { type DeletionResult, deleteVersion } from "../delete-version.ts";
import { isVersionId } from "../opaque-id.ts";
import type { BucketCall, Operation, S3Parts } from "../operation.ts";
import { authorizeKey } from "../permissions.ts";
import { readDocument } from "../read-document.ts";
import { noSuchVersion } from "../s3-error.ts";
import { uploadChecksumHeaders } from "../upload-headers.ts";
import { oneOrMany, type XmlElements } from "../xml.ts";
import { xmlResponse } from "../xml-response.ts";

const named = z.strictObject({
  Key: z.string().min(1),
  VersionId: z.string().optional(),
  ETag: z.string().optional(),
});

const document = z.strictObject({
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html: up to 1,000 keys.
  Object: oneOrMany(named).refine((objects) => objects.length <= 1000, "more than 1,000 objects"),
  Quiet: z.enum(["true", "false"]).default("false"),
});

type Named = z.infer<typeof named>;
type Outcome = { readonly deleted: DeletionResult } | { readonly error: AwsError };

export const deleteObjects: Operation<BucketCall> = {
  name: "DeleteObjects",
  query: ["delete"],
  headers: uploadChecksumHeaders,
  async run(call, parts) {
    const { Object: objects, Quiet } = await readDocument(call, "Delete", document, {
      needsChecksum: true,
    });
    const outcomes = await Promise.all(objects.map((object) => deleteOne(call, parts, object)));
    const elements: [string, XmlElements][] = [];
    for (const [index, object] of objects.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) throw new Error("each object has its outcome");
      if ("error" in outcome) elements.push(["Error", errorElements(object, outcome.error)]);
      else if (Quiet === "false") elements.push(["Deleted", deleted(object, outcome.deleted)]);
    }
    return xmlResponse("DeleteResult", elements);
  },
};

/** Each key stands for itself: one that may not be deleted holds up no other. */
async function deleteOne(call: BucketCall, parts: S3Parts, object: Named): Promise<Outcome> {
  const { Key: key, VersionId, ETag } = object;
  const versionId = VersionId === "" ? undefined : VersionId;
  const { authorize } = call.request;
  try {
    const action = versionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion";
    authorizeKey(authorize, call.bucket, key, action);
    if (ETag !== undefined && ETag !== "*") {
      authorizeKey(authorize, call.bucket, key, "s3:GetObject");
    }
    if (versionId !== undefined && !isVersionId(versionId)) throw noSuchVersion(key, versionId);
    const result = await parts.write((effects) =>
      deleteVersion(parts, effects, {
        bucketName: call.bucket.name,
        key,
        versionId,
        condition: ETag === undefined ? undefined : { etag: bareEtag(ETag) },
        request: call.request,
      }),
    );
    return { deleted: result };
  } catch (error) {
    if (error instanceof AwsError) return { error };
    throw error;
  }
}

function deleted({ Key, VersionId }: Named, result: DeletionResult): XmlElements {
  return {
    Key,
    VersionId: VersionId === "" ? undefined : VersionId,
    ...(result.deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: result.versionId } : {}),
  };
}

const errorElements = ({ Key, VersionId }: Named, error: AwsError): XmlElements => ({
  Key,
  VersionId: VersionId === "" ? undefined : VersionId,
  Code: error.code,
  Message: error.message,
});
