import type { EncodedKey } from "../key-encoding.ts";
import { validationError } from "../validation-error.ts";

/** Keys of one table as text that differs where they do. */
export const keyText = ({ partition, sort }: EncodedKey): string =>
  `${partition.toString("base64")} ${sort.toString("base64")}`;

/** @throws ValidationException when a batch names an item of a table twice. */
export function requireDistinct(keys: readonly EncodedKey[]): void {
  if (new Set(keys.map(keyText)).size < keys.length) {
    throw validationError("Provided list of item keys contains duplicates");
  }
}
