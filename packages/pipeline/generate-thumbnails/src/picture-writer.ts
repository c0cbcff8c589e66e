import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { s3Error } from "@darkroom/lambda";
import type { Picture } from "./render-pictures.ts";

export interface PictureWriter {
  /** @throws {AccessDeniedError} the role lacks s3:PutObject */
  write(bucket: string, key: string, picture: Picture): Promise<void>;
}

export function pictureWriter(s3: S3Client): PictureWriter {
  return {
    async write(bucket, key, { bytes, format }) {
      try {
        await s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: bytes,
            ContentType: `image/${format}`,
            // A new version of the photo gets a new key: what is there never changes.
            CacheControl: "max-age=31536000, immutable",
          }),
        );
      } catch (error) {
        throw s3Error(error, { bucket, key });
      }
    },
  };
}
