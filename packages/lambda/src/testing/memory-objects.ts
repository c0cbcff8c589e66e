import { ObjectNotFoundError } from "../errors.ts";
import type { ObjectAddress, ObjectReader } from "../object-reader.ts";

/** A versioned bucket in memory that also tells how much of it was read. */
export interface MemoryObjects extends ObjectReader {
  put(key: string, versionId: string, bytes: Uint8Array): void;
  /** Leaves a delete marker: the versions stay readable by their id. */
  delete(key: string): void;
  readonly reads: { key: string; bytes: number }[];
}

export function memoryObjects(): MemoryObjects {
  const objects = new Map<string, { versionId: string; bytes: Uint8Array | undefined }[]>();
  const reads: { key: string; bytes: number }[] = [];
  const find = ({ key, versionId }: ObjectAddress) => {
    const versions = objects.get(key) ?? [];
    return versionId === undefined
      ? versions.at(-1)
      : versions.find((version) => version.versionId === versionId);
  };
  return {
    reads,
    put(key, versionId, bytes) {
      objects.set(key, [...(objects.get(key) ?? []), { versionId, bytes }]);
    },
    delete(key) {
      objects.set(key, [...(objects.get(key) ?? []), { versionId: "marker", bytes: undefined }]);
    },
    async read(address, length) {
      const found = find(address);
      if (found?.bytes === undefined) {
        throw new ObjectNotFoundError("the object was deleted before it could be read");
      }
      const bytes = found.bytes.slice(0, length);
      reads.push({ key: address.key, bytes: bytes.byteLength });
      return { bytes, size: found.bytes.byteLength, versionId: found.versionId };
    },
  };
}
