import { compareKeys } from "@darkroom/run-files";
import type { ListedObject } from "./difference.ts";
import { UnsortedListingError } from "./errors.ts";

/** A place in a listing. Only `fill` waits, once a page: a promise for each of a million keys would cost more than the merge. */
export interface ListingCursor {
  /** The object at this place; undefined at the end, or when the page is used up. */
  readonly current: ListedObject | undefined;
  /** Whether `current` is known only after `fill`. */
  readonly needsPage: boolean;
  /** Goes to the next object. */
  advance(): void;
  /**
   * Gets the next page that has objects, if one is needed.
   * @throws {UnsortedListingError} keys that aren't in the order that a merge needs
   */
  fill(): Promise<void>;
}

export function listingCursor(
  bucket: string,
  pages: AsyncIterator<readonly ListedObject[]>,
): ListingCursor {
  let page: readonly ListedObject[] = [];
  let at = 0;
  let ended = false;
  let last: string | undefined;

  function checkOrder(): void {
    for (const { key } of page) {
      if (last !== undefined && compareKeys(last, key) >= 0) {
        throw new UnsortedListingError(
          `${bucket} lists ${JSON.stringify(key)} behind ${JSON.stringify(last)}: its objects can't be compared in one pass (is it a directory bucket?)`,
        );
      }
      last = key;
    }
  }

  return {
    get current() {
      return page[at];
    },
    get needsPage() {
      return !ended && at >= page.length;
    },
    advance() {
      at += 1;
    },
    async fill() {
      while (!ended && at >= page.length) {
        const next = await pages.next();
        ended = next.done === true;
        page = next.done === true ? [] : next.value;
        at = 0;
        checkOrder();
      }
    },
  };
}
