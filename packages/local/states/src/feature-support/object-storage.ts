import type { MapRunStorage } from "../map-run/storage.ts";

/** A bucket in memory; what is written can be read. */
export function objectStorage(given: Readonly<Record<string, string>>): MapRunStorage {
  const objects = new Map(Object.entries(given));
  return {
    async *read({ parameters }) {
      const text = objects.get(String(parameters.Key));
      if (text === undefined) throw new Error(`there is no object ${String(parameters.Key)}`);
      yield Buffer.from(text);
    },
    async *list({ parameters }) {
      const prefix = String(parameters.Prefix ?? "");
      yield [...objects].flatMap(([Key, text]) =>
        Key.startsWith(prefix)
          ? [{ Etag: '"e"', Key, LastModified: 0, Size: text.length, StorageClass: "STANDARD" }]
          : [],
      );
    },
    async write({ parameters }, body) {
      let text = "";
      for await (const part of body) text += part;
      objects.set(String(parameters.Key), text);
    },
  };
}
