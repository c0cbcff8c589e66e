const verbs: Readonly<Record<string, string>> = { GET: "Get", PUT: "Put", DELETE: "Delete" };

/** What is kept of a bucket or object on AWS and not here, by the sub-resource of its calls. */
const ofBucket: Readonly<Record<string, string>> = {
  accelerate: "BucketAccelerateConfiguration",
  acl: "BucketAcl",
  analytics: "BucketAnalyticsConfiguration",
  encryption: "BucketEncryption",
  "intelligent-tiering": "BucketIntelligentTieringConfiguration",
  inventory: "BucketInventoryConfiguration",
  lifecycle: "BucketLifecycleConfiguration",
  logging: "BucketLogging",
  metrics: "BucketMetricsConfiguration",
  "object-lock": "ObjectLockConfiguration",
  ownershipControls: "BucketOwnershipControls",
  policyStatus: "BucketPolicyStatus",
  publicAccessBlock: "PublicAccessBlock",
  replication: "BucketReplication",
  requestPayment: "BucketRequestPayment",
  website: "BucketWebsite",
};

const ofObject: Readonly<Record<string, string>> = {
  acl: "ObjectAcl",
  "legal-hold": "ObjectLegalHold",
  retention: "ObjectRetention",
  torrent: "ObjectTorrent",
};

const posts: Readonly<Record<string, string>> = {
  restore: "RestoreObject",
  select: "SelectObjectContent",
};

/** AWS's name of an operation that the local S3 doesn't have; undefined for what AWS doesn't have either. */
export function missingOperation(
  method: string,
  of: string,
  parameter: string,
): string | undefined {
  if (method === "POST") return posts[parameter];
  const subject = (of === "an object" ? ofObject : ofBucket)[parameter];
  const verb = verbs[method];
  return subject === undefined || verb === undefined ? undefined : verb + subject;
}
