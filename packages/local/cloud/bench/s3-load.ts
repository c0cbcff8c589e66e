import type { Photo, S3Calls } from "./clients.ts";
import type { Load } from "./measure.ts";

const readKeys = 64;

export interface S3Load {
  readonly put: Load;
  readonly get: Load;
  readonly head: Load;
  readonly list: Load;
}

/**
 * Makes the buckets and what is read from them.
 * @param filler what isn't measured goes by this client
 */
export async function prepareS3(
  client: S3Calls,
  filler: S3Calls,
  photo: Photo,
  listedKeys: number,
): Promise<S3Load> {
  for (const bucket of ["photos", "listed"]) await filler.createBucket(bucket);
  await inParallel(readKeys, (index) => filler.putPhoto("photos", `read/${index}.jpg`));
  await inParallel(listedKeys, (index) =>
    filler.putMark("listed", `Incoming/${index % 20}/${String(index).padStart(6, "0")}.jpg`),
  );

  let written = 0;
  let read = 0;
  const knownKey = (): string => `read/${read++ % readKeys}.jpg`;
  return {
    put: {
      async call() {
        await client.putPhoto("photos", `written/${written++}.jpg`);
        return true;
      },
      async clear() {
        await inParallel(written, (index) => filler.remove("photos", `written/${index}.jpg`));
        written = 0;
      },
    },
    get: {
      async call() {
        const bytes = await client.get("photos", knownKey());
        if (bytes !== photo.body.length) throw new Error(`GetObject gave ${bytes} bytes`);
        return true;
      },
    },
    head: {
      async call() {
        await client.head("photos", knownKey());
        return true;
      },
    },
    list: {
      async call() {
        const keys = await listAll(client);
        if (keys !== listedKeys) throw new Error(`the listing has ${keys} keys`);
        return true;
      },
    },
  };
}

/** All pages of ListObjectsV2, one after the other. @returns how many keys they have */
async function listAll(client: S3Calls): Promise<number> {
  let keys = 0;
  let token: string | undefined;
  do {
    const page = await client.listPage("listed", token);
    keys += page.keys;
    token = page.next;
  } while (token !== undefined);
  return keys;
}

async function inParallel(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: 32 }, worker));
}
