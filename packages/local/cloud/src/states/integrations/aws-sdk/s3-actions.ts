/** How a call of S3 is written as a request: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html */
export interface S3Action {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly of: "service" | "bucket" | "object";
  /** Query parameters that name the call, e.g. `list-type=2`. */
  readonly names?: Readonly<Record<string, string>>;
  /** Members in the query. */
  readonly query?: Readonly<Record<string, string>>;
  /** Members in the headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it takes Metadata. */
  readonly metadata?: true;
  /** The member that is the body: an XML document with it as the root element, text, or JSON. */
  readonly body?: {
    readonly member: string;
    readonly kind: "xml" | "text" | "json";
    /** The root element, if its name is another than the member's. */
    readonly root?: string;
    /** How the SDK says what the bytes add up to. */
    readonly checksum: "CRC32" | "MD5";
  };
  /** What its result is made of. */
  readonly result:
    | "object"
    | "headers"
    | "xml"
    /** The member that the document, or the text, is. */
    | { readonly xml: string }
    | { readonly text: string };
}

const owner = { ExpectedBucketOwner: "x-amz-expected-bucket-owner" };

const readHeaders = {
  ...owner,
  ChecksumMode: "x-amz-checksum-mode",
  IfMatch: "if-match",
  IfModifiedSince: "if-modified-since",
  IfNoneMatch: "if-none-match",
  IfUnmodifiedSince: "if-unmodified-since",
  Range: "range",
};

const readQuery = {
  PartNumber: "partNumber",
  ResponseCacheControl: "response-cache-control",
  ResponseContentDisposition: "response-content-disposition",
  ResponseContentEncoding: "response-content-encoding",
  ResponseContentLanguage: "response-content-language",
  ResponseContentType: "response-content-type",
  ResponseExpires: "response-expires",
  VersionId: "versionId",
};

const writeHeaders = {
  ...owner,
  ACL: "x-amz-acl",
  CacheControl: "cache-control",
  ContentDisposition: "content-disposition",
  ContentEncoding: "content-encoding",
  ContentLanguage: "content-language",
  ContentType: "content-type",
  Expires: "expires",
  IfMatch: "if-match",
  IfNoneMatch: "if-none-match",
  ServerSideEncryption: "x-amz-server-side-encryption",
  StorageClass: "x-amz-storage-class",
  Tagging: "x-amz-tagging",
};

const listing = {
  Delimiter: "delimiter",
  EncodingType: "encoding-type",
  MaxKeys: "max-keys",
  Prefix: "prefix",
};

const versionQuery = { VersionId: "versionId" };
const onBucket = { of: "bucket", headers: owner } as const;
const onObject = { of: "object", headers: owner } as const;

export const s3Actions: Readonly<Record<string, S3Action>> = {
  getObject: {
    method: "GET",
    of: "object",
    query: readQuery,
    headers: readHeaders,
    result: "object",
  },
  headObject: {
    method: "HEAD",
    of: "object",
    query: readQuery,
    headers: readHeaders,
    result: "headers",
  },
  putObject: {
    method: "PUT",
    of: "object",
    headers: writeHeaders,
    metadata: true,
    body: { member: "Body", kind: "json", checksum: "CRC32" },
    result: "headers",
  },
  copyObject: {
    method: "PUT",
    of: "object",
    headers: {
      ...writeHeaders,
      ChecksumAlgorithm: "x-amz-checksum-algorithm",
      CopySource: "x-amz-copy-source",
      CopySourceIfMatch: "x-amz-copy-source-if-match",
      CopySourceIfModifiedSince: "x-amz-copy-source-if-modified-since",
      CopySourceIfNoneMatch: "x-amz-copy-source-if-none-match",
      CopySourceIfUnmodifiedSince: "x-amz-copy-source-if-unmodified-since",
      ExpectedSourceBucketOwner: "x-amz-source-expected-bucket-owner",
      MetadataDirective: "x-amz-metadata-directive",
      TaggingDirective: "x-amz-tagging-directive",
    },
    metadata: true,
    result: { xml: "CopyObjectResult" },
  },
  deleteObject: { ...onObject, method: "DELETE", query: versionQuery, result: "headers" },
  deleteObjects: {
    ...onBucket,
    method: "POST",
    names: { delete: "" },
    body: { member: "Delete", kind: "xml", checksum: "MD5" },
    result: "xml",
  },
  createMultipartUpload: {
    method: "POST",
    of: "object",
    names: { uploads: "" },
    headers: { ...writeHeaders, ChecksumAlgorithm: "x-amz-checksum-algorithm" },
    metadata: true,
    result: "xml",
  },
  uploadPart: {
    ...onObject,
    method: "PUT",
    query: { PartNumber: "partNumber", UploadId: "uploadId" },
    body: { member: "Body", kind: "json", checksum: "MD5" },
    result: "headers",
  },
  completeMultipartUpload: {
    ...onObject,
    method: "POST",
    query: { UploadId: "uploadId" },
    body: {
      member: "MultipartUpload",
      root: "CompleteMultipartUpload",
      kind: "xml",
      checksum: "MD5",
    },
    result: "xml",
  },
  abortMultipartUpload: {
    ...onObject,
    method: "DELETE",
    query: { UploadId: "uploadId" },
    result: "headers",
  },
  listParts: {
    ...onObject,
    method: "GET",
    query: { MaxParts: "max-parts", PartNumberMarker: "part-number-marker", UploadId: "uploadId" },
    result: "xml",
  },
  getObjectTagging: {
    ...onObject,
    method: "GET",
    names: { tagging: "" },
    query: versionQuery,
    result: "xml",
  },
  putObjectTagging: {
    ...onObject,
    method: "PUT",
    names: { tagging: "" },
    query: versionQuery,
    body: { member: "Tagging", kind: "xml", checksum: "MD5" },
    result: "headers",
  },
  deleteObjectTagging: {
    ...onObject,
    method: "DELETE",
    names: { tagging: "" },
    query: versionQuery,
    result: "headers",
  },
  listObjects: {
    ...onBucket,
    method: "GET",
    query: { ...listing, Marker: "marker" },
    result: "xml",
  },
  listObjectsV2: {
    ...onBucket,
    method: "GET",
    names: { "list-type": "2" },
    query: {
      ...listing,
      ContinuationToken: "continuation-token",
      FetchOwner: "fetch-owner",
      StartAfter: "start-after",
    },
    result: "xml",
  },
  listObjectVersions: {
    ...onBucket,
    method: "GET",
    names: { versions: "" },
    query: { ...listing, KeyMarker: "key-marker", VersionIdMarker: "version-id-marker" },
    result: "xml",
  },
  listBuckets: {
    method: "GET",
    of: "service",
    query: {
      BucketRegion: "bucket-region",
      ContinuationToken: "continuation-token",
      MaxBuckets: "max-buckets",
      Prefix: "prefix",
    },
    result: "xml",
  },
  headBucket: { ...onBucket, method: "HEAD", result: "headers" },
  createBucket: { method: "PUT", of: "bucket", result: "headers" },
  deleteBucket: { ...onBucket, method: "DELETE", result: "headers" },
  getBucketVersioning: { ...onBucket, method: "GET", names: { versioning: "" }, result: "xml" },
  putBucketVersioning: {
    ...onBucket,
    method: "PUT",
    names: { versioning: "" },
    body: { member: "VersioningConfiguration", kind: "xml", checksum: "MD5" },
    result: "headers",
  },
  getBucketTagging: { ...onBucket, method: "GET", names: { tagging: "" }, result: "xml" },
  putBucketTagging: {
    ...onBucket,
    method: "PUT",
    names: { tagging: "" },
    body: { member: "Tagging", kind: "xml", checksum: "MD5" },
    result: "headers",
  },
  deleteBucketTagging: { ...onBucket, method: "DELETE", names: { tagging: "" }, result: "headers" },
  getBucketPolicy: {
    ...onBucket,
    method: "GET",
    names: { policy: "" },
    result: { text: "Policy" },
  },
  putBucketPolicy: {
    ...onBucket,
    method: "PUT",
    names: { policy: "" },
    body: { member: "Policy", kind: "text", checksum: "MD5" },
    result: "headers",
  },
  deleteBucketPolicy: { ...onBucket, method: "DELETE", names: { policy: "" }, result: "headers" },
};
