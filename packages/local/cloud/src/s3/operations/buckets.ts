import { readCount } from "../count-parameter.ts";
import { ownerId } from "../identity.ts";
import { firstBehind, laterKey, nextKey } from "../key-order.ts";
import { isoSeconds } from "../object-headers.ts";
import type { BucketCall, Operation, ServiceCall } from "../operation.ts";
import { authorizeBucket, bucketArn } from "../permissions.ts";
import { behindAllText } from "../store/listing-store.ts";
import { writeXml } from "../xml.ts";
import { emptyResponse, xmlHeaders, xmlResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
const maximumBuckets = 10_000;

export const listBuckets: Operation<ServiceCall> = {
  name: "ListBuckets",
  query: ["prefix", "max-buckets", "continuation-token", "bucket-region"],
  run({ query, request }, { store, place }) {
    request.authorize("s3:ListAllMyBuckets", "*");
    const prefix = query.get("prefix") ?? "";
    const limit = Math.min(readCount(query, "max-buckets", maximumBuckets), maximumBuckets);
    const token = query.get("continuation-token");
    const region = query.get("bucket-region");
    const from = laterKey(token === null ? "" : nextKey(token), prefix);
    const found =
      region === null || region === place.region
        ? store.buckets.list(from, firstBehind(prefix) ?? behindAllText, limit + 1)
        : [];
    const page = found.slice(0, limit);
    return xmlResponse("ListAllMyBucketsResult", {
      Buckets: {
        Bucket: page.map((bucket) => ({
          Name: bucket.name,
          CreationDate: isoSeconds(bucket.created),
          BucketRegion: place.region,
          BucketArn: bucketArn(bucket.name),
        })),
      },
      Owner: { ID: ownerId(place) },
      ContinuationToken: found.length > limit ? page.at(-1)?.name : undefined,
      Prefix: prefix === "" ? undefined : prefix,
    });
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
export const headBucket: Operation<BucketCall> = {
  name: "HeadBucket",
  run(call, { place }) {
    authorizeBucket(call, "s3:ListBucket");
    return emptyResponse(200, {
      "content-type": "application/xml",
      "x-amz-bucket-region": place.region,
      "x-amz-access-point-alias": "false",
    });
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
export const getBucketLocation: Operation<BucketCall> = {
  name: "GetBucketLocation",
  query: ["location"],
  run(call, { place }) {
    authorizeBucket(call, "s3:GetBucketLocation");
    // For historical reasons us-east-1 is told by an empty element.
    const region = place.region === "us-east-1" ? "" : place.region;
    return { status: 200, headers: xmlHeaders, body: writeXml("LocationConstraint", region) };
  },
};
