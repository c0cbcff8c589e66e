import { z } from "zod";
import type { BucketCall, Operation } from "../operation.ts";
import { authorizeBucket } from "../permissions.ts";
import { readDocument } from "../read-document.ts";
import { notImplemented, S3Error } from "../s3-error.ts";
import { uploadChecksumHeaders } from "../upload-headers.ts";
import { writeBucket } from "../write-bucket.ts";
import { emptyResponse, xmlResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html */
export const getBucketVersioning: Operation<BucketCall> = {
  name: "GetBucketVersioning",
  query: ["versioning"],
  run(call) {
    authorizeBucket(call, "s3:GetBucketVersioning");
    const { versioning } = call.bucket;
    return xmlResponse("VersioningConfiguration", {
      Status: versioning === "" ? undefined : versioning,
    });
  },
};

const document = z.strictObject({
  Status: z.enum(["Enabled", "Suspended"]).optional(),
  MfaDelete: z.enum(["Enabled", "Disabled"]).optional(),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html */
export const putBucketVersioning: Operation<BucketCall> = {
  name: "PutBucketVersioning",
  query: ["versioning"],
  headers: uploadChecksumHeaders,
  async run(call, parts) {
    authorizeBucket(call, "s3:PutBucketVersioning");
    const { Status, MfaDelete } = await readDocument(call, "VersioningConfiguration", document);
    if (MfaDelete === "Enabled") throw notImplemented("MfaDelete of PutBucketVersioning");
    if (Status === undefined) {
      throw new S3Error(
        "IllegalVersioningConfigurationException",
        "The Versioning element must be specified",
      );
    }
    await writeBucket(call, parts, (bucket, buckets) =>
      buckets.update(bucket.id, { ...bucket, versioning: Status }),
    );
    return emptyResponse(200);
  },
};
