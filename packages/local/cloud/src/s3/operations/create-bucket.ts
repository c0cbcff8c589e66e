import { z } from "zod";
import { checkBucketName } from "../bucket-name.ts";
import type { BucketNameCall, Operation } from "../operation.ts";
import { bucketArn } from "../permissions.ts";
import { notImplemented, S3Error } from "../s3-error.ts";
import { parseXml } from "../xml.ts";
import { emptyResponse } from "../xml-response.ts";

const document = z.strictObject({ LocationConstraint: z.string().optional() });
const maximumDocumentBytes = 4096;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
export const createBucket: Operation<BucketNameCall> = {
  name: "CreateBucket",
  headers: ["x-amz-acl", "x-amz-object-ownership"],
  async run({ bucketName, headers, request }, { store, place, clock, write }) {
    request.authorize("s3:CreateBucket", bucketArn(bucketName));
    checkBucketName(bucketName);
    const acl = headers.get("x-amz-acl");
    if (acl !== undefined && acl !== "private") throw notImplemented(`x-amz-acl "${acl}"`);
    const ownership = headers.get("x-amz-object-ownership");
    if (ownership !== undefined && ownership !== "BucketOwnerEnforced") {
      throw notImplemented(`x-amz-object-ownership "${ownership}"`);
    }
    const body = await request.readBody(maximumDocumentBytes);
    const { LocationConstraint: location } =
      body.length === 0
        ? {}
        : parseXml(body.toString("utf8"), "CreateBucketConfiguration", document);
    checkLocation(location, place.region);
    await write(() => {
      if (store.buckets.find(bucketName) !== undefined) {
        // To make a bucket once more is no error in us-east-1 only.
        if (place.region === "us-east-1") return;
        throw new S3Error(
          "BucketAlreadyOwnedByYou",
          "Your previous request to create the named bucket succeeded and you already own it.",
          { status: 409, fields: { BucketName: bucketName } },
        );
      }
      store.buckets.create(bucketName, clock.now(), { versioning: "", notifications: [] });
    });
    return emptyResponse(200, { location: `/${bucketName}` });
  },
};

function checkLocation(location: string | undefined, region: string): void {
  if (region === "us-east-1") {
    if (location === undefined) return;
    if (location === "us-east-1") {
      throw new S3Error(
        "InvalidLocationConstraint",
        "The specified location-constraint is not valid",
        { fields: { LocationConstraint: location } },
      );
    }
  } else if (location === region) {
    return;
  }
  throw new S3Error(
    "IllegalLocationConstraintException",
    `The ${location ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}
