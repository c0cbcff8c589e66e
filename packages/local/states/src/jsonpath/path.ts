import type { Json } from "../types.ts";

/** Tells whether a filter keeps a value; `root` is what `$` means inside it. */
export type Filter = (current: Json, root: Json) => boolean;

export type PathToken =
  | { readonly kind: "property"; readonly names: readonly string[] }
  | { readonly kind: "index"; readonly indexes: readonly number[] }
  | { readonly kind: "slice"; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: "wildcard" }
  | { readonly kind: "filter"; readonly accepts: Filter }
  /** `..`: the token after it is applied to every value below. */
  | { readonly kind: "scan" }
  | { readonly kind: "length" }
  | { readonly kind: "aggregate"; readonly name: string };

/** Functions stand at the end of a path. */
export const isFunction = ({ kind }: PathToken): boolean =>
  kind === "length" || kind === "aggregate";

/**
 * A JSONPath as Step Functions takes it: the language of the Jayway library, without most of its functions.
 * https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
 */
export interface Path {
  readonly source: string;
  readonly tokens: readonly PathToken[];
  /** It names one value. A path that isn't definite gives the array of all that it matches, maybe an empty one. */
  readonly definite: boolean;
}

/** A text that is no JSONPath, or one with a part that isn't supported; the message says what and where. */
export class PathSyntaxError extends Error {
  override readonly name = "PathSyntaxError";
}

/** A definite path that leads nowhere; the message is the one of the library that AWS uses. */
export class PathNotFoundError extends Error {
  override readonly name = "PathNotFoundError";
  /** An index or a filter was applied to what is no array: then AWS shows the message of the library as it is. */
  readonly mismatch: boolean;
  constructor(message: string, mismatch = false) {
    super(message);
    this.mismatch = mismatch;
  }
}

export const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Array.isArray doesn't narrow a readonly array. */
export const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
