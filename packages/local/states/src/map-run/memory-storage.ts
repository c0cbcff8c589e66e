import { TaskFailedError } from "../types.ts";
import type { ListedObject, MapRunStorage } from "./storage.ts";

/** A bucket in memory, for tests. */
export interface MemoryStorage extends MapRunStorage {
  /** The texts of the objects by their key. */
  readonly objects: Map<string, string>;
}

/**
 * @param objects their texts by their keys
 * @param chunkBytes the bodies come in chunks of so many bytes
 */
export function memoryStorage(
  objects: Readonly<Record<string, string>> = {},
  chunkBytes = 65_536,
): MemoryStorage {
  const kept = new Map(Object.entries(objects));

  function textOf(key: unknown): string {
    const text = typeof key === "string" ? kept.get(key) : undefined;
    if (text !== undefined) return text;
    throw new TaskFailedError("S3.NoSuchKeyException", "The specified key does not exist.");
  }

  return {
    objects: kept,

    async *read({ parameters }) {
      const bytes = Buffer.from(textOf(parameters.Key));
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        yield bytes.subarray(at, at + chunkBytes);
      }
    },

    async *list({ parameters }) {
      const prefix = typeof parameters.Prefix === "string" ? parameters.Prefix : "";
      const keys = [...kept.keys()].filter((key) => key.startsWith(prefix)).sort();
      for (let at = 0; at < keys.length; at += 2) {
        yield keys.slice(at, at + 2).map((key) => listed(key, textOf(key)));
      }
    },

    async write({ parameters }, body) {
      let text = "";
      for await (const piece of body) text += piece;
      kept.set(String(parameters.Key), text);
    },
  };
}

const listed = (key: string, text: string): ListedObject => ({
  Etag: '"0123456789abcdef0123456789abcdef"',
  Key: key,
  LastModified: 1_700_000_000,
  Size: Buffer.byteLength(text),
  StorageClass: "STANDARD",
});
