import { setTimeout as sleep } from "node:timers/promises";
import { DeleteObjectCommand, DeleteObjectsCommand, type S3Client } from "@aws-sdk/client-s3";
import { s3Error } from "@darkroom/lambda";

/** Why an object is still there. */
export interface DeletionFailure {
  error: string;
  message: string;
}

export interface ObjectDeleter {
  /**
   * @returns the failures by key; every other key is deleted
   * @throws {AccessDeniedError} the bucket's or the role's policy refuses all of it
   * @throws {ObjectNotFoundError} the bucket is not there
   */
  delete(keys: readonly string[]): Promise<Map<string, DeletionFailure>>;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const mostKeys = 1000;

/** What XML 1.0 has no way to write, so that DeleteObjects can't name such a key. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that have to be found
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Answers for single keys of a request that went well. They may pass. */
const passing: ReadonlySet<string> = new Set(["InternalError", "SlowDown", "ServiceUnavailable"]);
const mostRounds = 5;
/** In milliseconds; doubles by the round, with full jitter. */
const firstBound = 200;

/**
 * A request that fails as a whole is tried again by the client; keys that fail by themselves, here.
 * In a bucket with versions a deletion puts a marker over the object, which stays readable by its version.
 */
export function objectDeleter(
  s3: S3Client,
  bucket: string,
  {
    random = Math.random,
    wait = (milliseconds: number): Promise<unknown> => sleep(milliseconds),
  } = {},
): ObjectDeleter {
  const deleteTogether = async (keys: readonly string[]): Promise<Map<string, DeletionFailure>> => {
    const { Deleted = [], Errors = [] } = await s3.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: keys.map((Key) => ({ Key })) },
      }),
    );
    const deleted = new Set(Deleted.map(({ Key }) => Key));
    const errors = new Map(Errors.map((error) => [error.Key, error]));
    return new Map(
      keys
        .filter((key) => !deleted.has(key))
        .map((key) => {
          const { Code = "NoAnswer", Message = "S3 did not say what became of it" } =
            errors.get(key) ?? {};
          return [key, { error: Code, message: Message }];
        }),
    );
  };

  const deleteAlone = async (key: string): Promise<DeletionFailure | undefined> => {
    try {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
      return undefined;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { error: error.name, message: error.message };
    }
  };

  const deleteOnce = async (keys: readonly string[]): Promise<Map<string, DeletionFailure>> => {
    const failures = new Map<string, DeletionFailure>();
    const writable = keys.filter((key) => !unwritable.test(key));
    for (let start = 0; start < writable.length; start += mostKeys) {
      const failed = await deleteTogether(writable.slice(start, start + mostKeys));
      for (const [key, failure] of failed) failures.set(key, failure);
    }
    for (const key of keys.filter((one) => unwritable.test(one))) {
      const failure = await deleteAlone(key);
      if (failure !== undefined) failures.set(key, failure);
    }
    return failures;
  };

  return {
    async delete(keys) {
      try {
        const failures = new Map<string, DeletionFailure>();
        let left = keys;
        for (let round = 1; left.length > 0; round += 1) {
          const failed = await deleteOnce(left);
          left = [];
          const again: string[] = [];
          for (const [key, failure] of failed) {
            if (passing.has(failure.error) && round < mostRounds) again.push(key);
            else failures.set(key, failure);
          }
          if (again.length > 0) await wait(random() * firstBound * 2 ** (round - 1));
          left = again;
        }
        return failures;
      } catch (error) {
        throw s3Error(error, { bucket, key: "" });
      }
    },
  };
}
