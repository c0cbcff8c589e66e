/**
 * A key as S3 writes it into events and into listings with `encoding-type=url`: percent-encoded UTF-8 in the form
 * encoding's way, with `+` for a space, and `/` left as it is
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
 */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%2F", "/")
    .replaceAll("%20", "+");
}
