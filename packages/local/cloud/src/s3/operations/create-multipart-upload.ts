import type { ChecksumAlgorithm, ChecksumType } from "../checksum.ts";
import { checkWriteHeaders, readObjectAttributes, writeHeaders } from "../object-attributes.ts";
import { encryptionHeaders } from "../object-headers.ts";
import type { ObjectCall, Operation } from "../operation.ts";
import { authorizeObject } from "../permissions.ts";
import { readChecksumAlgorithm } from "../read-checksum-algorithm.ts";
import type { RequestHeaders } from "../request-headers.ts";
import { invalidRequest, noSuchBucket } from "../s3-error.ts";
import type { Upload } from "../store/upload-store.ts";
import { parseTagHeader } from "../tags.ts";
import { xmlResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export const createMultipartUpload: Operation<ObjectCall> = {
  name: "CreateMultipartUpload",
  query: ["uploads"],
  headers: [...writeHeaders, "x-amz-checksum-algorithm", "x-amz-checksum-type"],
  async run(call, { store, clock, write }) {
    const { headers, key, request } = call;
    checkWriteHeaders(headers);
    const attributes = readObjectAttributes(headers);
    const tags = parseTagHeader(headers.get("x-amz-tagging"));
    const checksum = readChecksum(headers);
    authorizeObject(call, "s3:PutObject");
    if (tags.length > 0) authorizeObject(call, "s3:PutObjectTagging");
    const id = await write(() => {
      const bucket = store.buckets.find(call.bucket.name);
      if (bucket === undefined) throw noSuchBucket(call.bucket.name);
      return store.uploads.create({
        bucket: bucket.id,
        key,
        initiated: clock.now(),
        initiator:
          request.caller.kind === "service" ? request.caller.principal : request.caller.arn,
        attributes,
        tags,
        checksum,
      });
    });
    return xmlResponse(
      "InitiateMultipartUploadResult",
      { Bucket: call.bucket.name, Key: key, UploadId: id },
      {
        ...encryptionHeaders,
        ...(checksum === undefined
          ? {}
          : {
              "x-amz-checksum-algorithm": checksum.algorithm,
              "x-amz-checksum-type": checksum.type,
            }),
      },
    );
  },
};

/** Which types go with which algorithm: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
const typesOf: Readonly<Record<ChecksumAlgorithm, readonly [ChecksumType, ...ChecksumType[]]>> = {
  CRC32: ["COMPOSITE", "FULL_OBJECT"],
  CRC32C: ["COMPOSITE", "FULL_OBJECT"],
  CRC64NVME: ["FULL_OBJECT"],
  SHA1: ["COMPOSITE"],
  SHA256: ["COMPOSITE"],
};

function readChecksum(headers: RequestHeaders): Upload["checksum"] {
  const algorithm = readChecksumAlgorithm(headers);
  const type = headers.get("x-amz-checksum-type");
  if (algorithm === undefined) {
    if (type === undefined) return undefined;
    throw invalidRequest(
      "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
    );
  }
  const types = typesOf[algorithm];
  if (type === undefined) return { algorithm, type: types[0] };
  const known = types.find((one) => one === type);
  if (known !== undefined) return { algorithm, type: known };
  throw invalidRequest(
    type === "COMPOSITE" || type === "FULL_OBJECT"
      ? `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`
      : "Value for x-amz-checksum-type header is invalid.",
  );
}
