import { createHash } from "node:crypto";
import type { BasePicture } from "./base-pictures.ts";
import { makeObject, type SeedContent } from "./make-photo.ts";
import type { SeedObject } from "./seed-plan.ts";

export interface SeedBucket {
  /** Makes it, unless it is there. */
  ensure(): Promise<void>;
  /** The ETags of what is there, without quotes, by key. */
  etags(): Promise<ReadonlyMap<string, string>>;
  put(key: string, content: SeedContent): Promise<void>;
}

export interface SeedResult {
  /** Objects of the plan that were looked at. */
  readonly objects: number;
  readonly put: number;
  readonly unchanged: number;
  /** Of all of them. */
  readonly bytes: number;
}

/** Enough to keep two cores at it while others are written. */
const atOnce = 8;

/**
 * Brings a bucket to what the plan says; objects beside it stay. What is there already isn't written again.
 * @param signal stops it after the objects that are under way
 */
export async function seedSource(
  plan: Iterable<SeedObject>,
  bases: readonly BasePicture[],
  bucket: SeedBucket,
  { signal, showProgress }: { signal: AbortSignal; showProgress(result: SeedResult): void },
): Promise<SeedResult> {
  await bucket.ensure();
  const there = await bucket.etags();
  let result: SeedResult = { objects: 0, put: 0, unchanged: 0, bytes: 0 };
  const left = plan[Symbol.iterator]();
  let broken = false;

  const work = async () => {
    while (!signal.aborted && !broken) {
      const next = left.next();
      if (next.done === true) return;
      const { key } = next.value;
      const content = await makeObject(next.value, bases);
      const { body } = content;
      const isThere = there.get(key) === createHash("md5").update(body).digest("hex");
      if (!isThere) await bucket.put(key, content);
      result = {
        objects: result.objects + 1,
        put: result.put + (isThere ? 0 : 1),
        unchanged: result.unchanged + (isThere ? 1 : 0),
        bytes: result.bytes + body.byteLength,
      };
      showProgress(result);
    }
  };
  await Promise.all(
    Array.from({ length: atOnce }, () =>
      work().catch((error: unknown) => {
        broken = true;
        throw error;
      }),
    ),
  );
  return result;
}
