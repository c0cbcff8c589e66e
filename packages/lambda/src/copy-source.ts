/** `bucket/key`, or `bucket/key?versionId=…`, for the copies of S3. URL-encoded but for the slashes: a header holds no other characters. */
export function copySourceOf(bucket: string, key: string, versionId?: string): string {
  const path = [bucket, ...key.split("/")].map(encodeURIComponent).join("/");
  return versionId === undefined ? path : `${path}?versionId=${encodeURIComponent(versionId)}`;
}
