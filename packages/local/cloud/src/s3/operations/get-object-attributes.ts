import { checksumElement } from "../checksum.ts";
import { findVersion, readVersionId } from "../find-version.ts";
import { checksumElements, versionHeader } from "../object-headers.ts";
import type { ObjectCall, Operation, S3Parts } from "../operation.ts";
import { authorizeObject } from "../permissions.ts";
import type { RequestHeaders } from "../request-headers.ts";
import { invalidArgument } from "../s3-error.ts";
import type { ObjectVersion } from "../store/version-store.ts";
import type { XmlElements } from "../xml.ts";
import { xmlResponse } from "../xml-response.ts";

const attributeNames = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
export const getObjectAttributes: Operation<ObjectCall> = {
  name: "GetObjectAttributes",
  query: ["attributes", "versionId"],
  headers: ["x-amz-object-attributes", "x-amz-max-parts", "x-amz-part-number-marker"],
  run(call, parts) {
    const { bucket, key, query, headers, request } = call;
    const wanted = readWanted(headers.get("x-amz-object-attributes"));
    const versionId = readVersionId(query);
    const of = versionId === undefined ? "" : "Version";
    authorizeObject(call, `s3:GetObject${of}`);
    authorizeObject(call, `s3:GetObject${of}Attributes`);
    const version = findVersion(
      parts.store,
      { bucket, key, versionId },
      request.authorize,
      request.method,
    );
    return xmlResponse(
      "GetObjectAttributesResponse",
      {
        ETag: wanted.has("ETag") ? version.etag : undefined,
        Checksum: wanted.has("Checksum") ? checksumElements(version.checksum) : undefined,
        ObjectParts: wanted.has("ObjectParts") ? partsOf(parts, version, headers) : undefined,
        StorageClass: wanted.has("StorageClass") ? "STANDARD" : undefined,
        ObjectSize: wanted.has("ObjectSize") ? version.size : undefined,
      },
      {
        "last-modified": new Date(version.modified).toUTCString(),
        ...versionHeader(bucket, version.versionId),
      },
    );
  },
};

function readWanted(text: string | undefined): ReadonlySet<string> {
  const names = (text ?? "").split(",").map((name) => name.trim());
  for (const name of names) {
    if (!attributeNames.includes(name)) {
      throw invalidArgument(
        "Invalid attribute name specified.",
        "x-amz-object-attributes",
        text ?? "",
      );
    }
  }
  return new Set(names);
}

/** Only objects that were uploaded in parts have any; those with a checksum made of theirs list them. */
function partsOf(
  { store }: S3Parts,
  version: ObjectVersion,
  headers: RequestHeaders,
): XmlElements | undefined {
  if (version.partCount === undefined) return undefined;
  const { checksum } = version;
  if (checksum?.type !== "COMPOSITE") return { PartsCount: version.partCount };
  const limit = Math.min(1000, readNumber(headers, "x-amz-max-parts", 1000));
  const marker = readNumber(headers, "x-amz-part-number-marker", 0);
  const behind = store.versions.parts(version).filter((part) => part.number > marker);
  const page = behind.slice(0, limit);
  return {
    PartsCount: version.partCount,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: limit,
    IsTruncated: limit > 0 && behind.length > limit,
    Part: page.map((part) => ({
      PartNumber: part.number,
      Size: part.size,
      [checksumElement(checksum.algorithm)]: part.checksum,
    })),
  };
}

function readNumber(headers: RequestHeaders, name: string, otherwise: number): number {
  const text = headers.get(name);
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
}
