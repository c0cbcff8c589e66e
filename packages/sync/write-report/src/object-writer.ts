import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { s3Error } from "@darkroom/lambda";

/** An object that is written piece by piece, and is there once it is closed. */
export interface ObjectWriter {
  write(text: string): Promise<void>;
  close(): Promise<void>;
  /** Instead of `close`: leaves nothing behind. */
  abandon(): Promise<void>;
}

/**
 * In bytes: at least 5 MiB, and of 10,000 parts at most
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html): 84 GB of report.
 */
const usualPart = 8 * 1024 ** 2;

/** Holds one part at a time; what is smaller than one is a plain PutObject. */
export function objectWriter(
  s3: S3Client,
  { bucket, key, contentType }: { bucket: string; key: string; contentType: string },
  partSize = usualPart,
): ObjectWriter {
  const address = { Bucket: bucket, Key: key };
  let pieces: Buffer[] = [];
  let held = 0;
  let upload: string | undefined;
  const parts: CompletedPart[] = [];

  const take = (): Buffer => {
    const body = Buffer.concat(pieces);
    pieces = [];
    held = 0;
    return body;
  };

  const sendPart = async (): Promise<void> => {
    upload ??= (
      await s3.send(new CreateMultipartUploadCommand({ ...address, ContentType: contentType }))
    ).UploadId;
    const PartNumber = parts.length + 1;
    const sent = await s3.send(
      new UploadPartCommand({ ...address, UploadId: upload, PartNumber, Body: take() }),
    );
    parts.push({ PartNumber, ETag: sent.ETag, ChecksumCRC32: sent.ChecksumCRC32 });
  };

  const named = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      throw s3Error(error, { bucket, key });
    }
  };

  return {
    write: (text) =>
      named(async () => {
        const piece = Buffer.from(text);
        pieces.push(piece);
        held += piece.byteLength;
        if (held >= partSize) await sendPart();
      }),

    close: () =>
      named(async () => {
        if (upload === undefined) {
          await s3.send(
            new PutObjectCommand({ ...address, ContentType: contentType, Body: take() }),
          );
          return;
        }
        if (held > 0) await sendPart();
        await s3.send(
          new CompleteMultipartUploadCommand({
            ...address,
            UploadId: upload,
            MultipartUpload: { Parts: parts },
          }),
        );
      }),

    abandon: () =>
      named(async () => {
        if (upload === undefined) return;
        await s3.send(new AbortMultipartUploadCommand({ ...address, UploadId: upload }));
      }),
  };
}
