import { PermanentError } from "@darkroom/lambda";

/** A bucket doesn't list its keys in the order of UTF-8: a merge would take objects that exist for missing. */
export class UnsortedListingError extends PermanentError {
  override readonly name = "UnsortedListingError";
}
