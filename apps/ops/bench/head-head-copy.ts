import {
  CopyObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  NotFound,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";

/**
 * How the workshop's machine copies a bucket: the source is listed, and each key costs a HEAD of the source, a HEAD of the
 * destination and, where they differ, a copy. Here with as many keys at once as asked for.
 * @returns how many were copied
 */
export async function headHeadCopy(
  s3: S3Client,
  { source, destination, prefix }: { source: string; destination: string; prefix: string },
  atOnce: number,
): Promise<number> {
  let copied = 0;
  const copyIfOther = async (Key: string): Promise<void> => {
    const [wanted, found] = await Promise.all([
      s3.send(new HeadObjectCommand({ Bucket: source, Key })),
      head(s3, destination, Key),
    ]);
    if (found !== undefined && isAlike(wanted, found)) return;
    const CopySource = `${source}/${Key.split("/").map(encodeURIComponent).join("/")}`;
    await s3.send(new CopyObjectCommand({ Bucket: destination, Key, CopySource }));
    copied += 1;
  };
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: source, Prefix: prefix });
  for await (const { Contents = [] } of pages) {
    const left = Contents.values();
    const work = async (): Promise<void> => {
      for (const { Key } of left) if (Key !== undefined) await copyIfOther(Key);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }
  return copied;
}

async function head(
  s3: S3Client,
  Bucket: string,
  Key: string,
): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await s3.send(new HeadObjectCommand({ Bucket, Key }));
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

function isAlike(one: HeadObjectCommandOutput, other: HeadObjectCommandOutput): boolean {
  return (
    one.ETag === other.ETag &&
    one.ContentLength === other.ContentLength &&
    one.ContentType === other.ContentType &&
    JSON.stringify(one.Metadata) === JSON.stringify(other.Metadata)
  );
}
