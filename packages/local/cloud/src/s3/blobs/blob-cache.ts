/** A file larger than this is read each time it is asked for. */
export const largestCached = 2 * 1024 * 1024;
const capacityBytes = 32 * 1024 * 1024;

export interface BlobCache {
  get(name: string): Uint8Array | undefined;
  /** Keeps all bytes of a blob, which nobody changes from then on. */
  put(name: string, bytes: Uint8Array): void;
}

/**
 * The blobs that were read last: a photo is read by one function after the other as soon as it is there. A blob never
 * changes and its name never comes again, so nothing here goes out of date.
 */
export function createBlobCache(): BlobCache {
  /** The longest unread first. */
  const kept = new Map<string, Uint8Array>();
  let keptBytes = 0;
  return {
    get(name) {
      const bytes = kept.get(name);
      if (bytes !== undefined) {
        kept.delete(name);
        kept.set(name, bytes);
      }
      return bytes;
    },
    put(name, bytes) {
      if (kept.has(name) || bytes.length > largestCached) return;
      kept.set(name, bytes);
      keptBytes += bytes.length;
      for (const [oldest, { length }] of kept) {
        if (keptBytes <= capacityBytes) break;
        kept.delete(oldest);
        keptBytes -= length;
      }
    },
  };
}
