import { checksumElement } from "../checksum.ts";
import { readCount, readEncoding, readPageSize } from "../count-parameter.ts";
import { findUpload } from "../find-upload.ts";
import { ownerId } from "../identity.ts";
import { encodeKey } from "../key-encoding.ts";
import { isoSeconds, quoted } from "../object-headers.ts";
import type { ObjectCall, Operation } from "../operation.ts";
import { authorizeObject } from "../permissions.ts";
import type { Upload, UploadPart } from "../store/upload-store.ts";
import type { XmlElements } from "../xml.ts";
import { xmlResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export const listParts: Operation<ObjectCall> = {
  name: "ListParts",
  query: ["uploadId", "max-parts", "part-number-marker", "encoding-type"],
  run(call, parts) {
    const { query, bucket, key } = call;
    authorizeObject(call, "s3:ListMultipartUploadParts");
    const upload = findUpload(call, parts);
    const limit = readPageSize(query, "max-parts");
    const marker = readCount(query, "part-number-marker", 0);
    const encoding = readEncoding(query);
    const found = parts.store.uploads.parts(upload, marker, limit + 1);
    const page = found.slice(0, limit);
    return xmlResponse("ListPartsResult", {
      Bucket: bucket.name,
      Key: encoding === "url" ? encodeKey(key) : key,
      UploadId: upload.id,
      EncodingType: encoding,
      PartNumberMarker: marker,
      NextPartNumberMarker: page.at(-1)?.number ?? 0,
      MaxParts: limit,
      IsTruncated: limit > 0 && found.length > limit,
      ChecksumAlgorithm: upload.checksum?.algorithm,
      ChecksumType: upload.checksum?.type,
      Initiator: { ID: upload.initiator },
      Owner: { ID: ownerId(parts.place) },
      StorageClass: "STANDARD",
      Part: page.map((part) => partElements(upload, part)),
    });
  },
};

function partElements(upload: Upload, part: UploadPart): XmlElements {
  const checksum = upload.checksum
    ? { [checksumElement(upload.checksum.algorithm)]: part.checksum }
    : part.given && { [checksumElement(part.given.algorithm)]: part.given.value };
  return {
    PartNumber: part.number,
    LastModified: isoSeconds(part.modified),
    ETag: quoted(part.etag),
    Size: part.size,
    ...checksum,
  };
}
