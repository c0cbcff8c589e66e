import { corsDocument, readCorsRules } from "../cors/cors-rule.ts";
import type { BucketCall, Operation } from "../operation.ts";
import { authorizeBucket } from "../permissions.ts";
import { readDocument } from "../read-document.ts";
import { S3Error } from "../s3-error.ts";
import { uploadChecksumHeaders } from "../upload-headers.ts";
import { writeBucket } from "../write-bucket.ts";
import { emptyResponse, xmlResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html */
export const getBucketCors: Operation<BucketCall> = {
  name: "GetBucketCors",
  query: ["cors"],
  run(call) {
    authorizeBucket(call, "s3:GetBucketCORS");
    const { cors, name } = call.bucket;
    if (cors.length === 0) {
      throw new S3Error("NoSuchCORSConfiguration", "The CORS configuration does not exist", {
        status: 404,
        fields: { BucketName: name },
      });
    }
    return xmlResponse("CORSConfiguration", {
      CORSRule: cors.map((rule) => ({
        ID: rule.id,
        AllowedMethod: rule.methods,
        AllowedOrigin: rule.origins,
        AllowedHeader: rule.headers,
        ExposeHeader: rule.exposed,
        MaxAgeSeconds: rule.maxAgeSeconds,
      })),
    });
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html */
export const putBucketCors: Operation<BucketCall> = {
  name: "PutBucketCors",
  query: ["cors"],
  headers: uploadChecksumHeaders,
  async run(call, parts) {
    authorizeBucket(call, "s3:PutBucketCORS");
    const document = await readDocument(call, "CORSConfiguration", corsDocument, {
      needsChecksum: true,
    });
    const rules = readCorsRules(document);
    await writeBucket(call, parts, (bucket, { putDocument }) =>
      putDocument(bucket.id, "cors", rules),
    );
    return emptyResponse(200);
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html */
export const deleteBucketCors: Operation<BucketCall> = {
  name: "DeleteBucketCors",
  query: ["cors"],
  async run(call, parts) {
    authorizeBucket(call, "s3:PutBucketCORS");
    await writeBucket(call, parts, (bucket, { putDocument }) => putDocument(bucket.id, "cors", []));
    return emptyResponse(204);
  },
};
