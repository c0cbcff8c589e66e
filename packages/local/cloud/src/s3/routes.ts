import type {
  BucketCall,
  BucketNameCall,
  ObjectCall,
  Operation,
  ServiceCall,
} from "./operation.ts";
import { abortMultipartUpload } from "./operations/abort-multipart-upload.ts";
import { deleteBucketCors, getBucketCors, putBucketCors } from "./operations/bucket-cors.ts";
import { getBucketNotification, putBucketNotification } from "./operations/bucket-notification.ts";
import {
  deleteBucketPolicy,
  getBucketPolicy,
  putBucketPolicy,
} from "./operations/bucket-policy.ts";
import {
  deleteBucketTagging,
  getBucketTagging,
  putBucketTagging,
} from "./operations/bucket-tagging.ts";
import { getBucketVersioning, putBucketVersioning } from "./operations/bucket-versioning.ts";
import { getBucketLocation, headBucket, listBuckets } from "./operations/buckets.ts";
import { completeMultipartUpload } from "./operations/complete-multipart-upload.ts";
import { copyObject } from "./operations/copy-object.ts";
import { createBucket } from "./operations/create-bucket.ts";
import { createMultipartUpload } from "./operations/create-multipart-upload.ts";
import { deleteBucket } from "./operations/delete-bucket.ts";
import { deleteObject } from "./operations/delete-object.ts";
import { deleteObjects } from "./operations/delete-objects.ts";
import { getObject, headObject } from "./operations/get-object.ts";
import { getObjectAttributes } from "./operations/get-object-attributes.ts";
import { listMultipartUploads } from "./operations/list-multipart-uploads.ts";
import { listObjectVersions } from "./operations/list-object-versions.ts";
import { listObjects, listObjectsV2 } from "./operations/list-objects.ts";
import { listParts } from "./operations/list-parts.ts";
import {
  deleteObjectTagging,
  getObjectTagging,
  putObjectTagging,
} from "./operations/object-tagging.ts";
import { putObject } from "./operations/put-object.ts";
import { uploadPart } from "./operations/upload-part.ts";
import { uploadPartCopy } from "./operations/upload-part-copy.ts";

/** An operation is chosen by method, query and, between writing and copying, by the header that names a source. */
export interface Route<Call> {
  readonly method: string;
  /** A query parameter that must be there. */
  readonly parameter?: string;
  readonly copies?: true;
  readonly operation: Operation<Call>;
}

export const serviceRoutes: readonly Route<ServiceCall>[] = [
  { method: "GET", operation: listBuckets },
];

/** Calls about a name that need not be a bucket's yet; the parameters of the routes below make them another one. */
export const bucketNameRoutes: readonly Route<BucketNameCall>[] = [
  { method: "PUT", operation: createBucket },
];

/** The first one that fits is taken. */
export const bucketRoutes: readonly Route<BucketCall>[] = [
  { method: "GET", parameter: "list-type", operation: listObjectsV2 },
  { method: "GET", parameter: "versions", operation: listObjectVersions },
  { method: "GET", parameter: "uploads", operation: listMultipartUploads },
  { method: "GET", parameter: "location", operation: getBucketLocation },
  { method: "GET", parameter: "versioning", operation: getBucketVersioning },
  { method: "GET", parameter: "policy", operation: getBucketPolicy },
  { method: "GET", parameter: "tagging", operation: getBucketTagging },
  { method: "GET", parameter: "notification", operation: getBucketNotification },
  { method: "GET", parameter: "cors", operation: getBucketCors },
  { method: "GET", operation: listObjects },
  { method: "HEAD", operation: headBucket },
  { method: "PUT", parameter: "versioning", operation: putBucketVersioning },
  { method: "PUT", parameter: "policy", operation: putBucketPolicy },
  { method: "PUT", parameter: "tagging", operation: putBucketTagging },
  { method: "PUT", parameter: "notification", operation: putBucketNotification },
  { method: "PUT", parameter: "cors", operation: putBucketCors },
  { method: "POST", parameter: "delete", operation: deleteObjects },
  { method: "DELETE", parameter: "policy", operation: deleteBucketPolicy },
  { method: "DELETE", parameter: "tagging", operation: deleteBucketTagging },
  { method: "DELETE", parameter: "cors", operation: deleteBucketCors },
  { method: "DELETE", operation: deleteBucket },
];

export const objectRoutes: readonly Route<ObjectCall>[] = [
  { method: "GET", parameter: "uploadId", operation: listParts },
  { method: "GET", parameter: "tagging", operation: getObjectTagging },
  { method: "GET", parameter: "attributes", operation: getObjectAttributes },
  { method: "GET", operation: getObject },
  { method: "HEAD", operation: headObject },
  { method: "PUT", parameter: "uploadId", copies: true, operation: uploadPartCopy },
  { method: "PUT", parameter: "uploadId", operation: uploadPart },
  { method: "PUT", parameter: "tagging", operation: putObjectTagging },
  { method: "PUT", copies: true, operation: copyObject },
  { method: "PUT", operation: putObject },
  { method: "POST", parameter: "uploads", operation: createMultipartUpload },
  { method: "POST", parameter: "uploadId", operation: completeMultipartUpload },
  { method: "DELETE", parameter: "uploadId", operation: abortMultipartUpload },
  { method: "DELETE", parameter: "tagging", operation: deleteObjectTagging },
  { method: "DELETE", operation: deleteObject },
];

/** All of them, by AWS's names. */
export const operationNames: readonly string[] = [
  ...new Set(
    [serviceRoutes, bucketNameRoutes, bucketRoutes, objectRoutes].flatMap((routes) =>
      routes.map(({ operation }) => operation.name),
    ),
  ),
];
