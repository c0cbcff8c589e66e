import type { Json } from "../types.ts";
import {
  isArray,
  isFunction,
  isObject,
  type Path,
  PathNotFoundError,
  type PathToken,
} from "./path.ts";

/**
 * Applies a path to a value.
 * @param root what `$` means inside the path's filters; the value itself unless told otherwise.
 * @returns the value that a definite path names, else the array of all matches;
 *   undefined for an index past the end of an array, which AWS reads as null in most places.
 * @throws PathNotFoundError when a definite path names a property that isn't there.
 */
export function evaluatePath(path: Path, value: Json, root: Json = value): Json | undefined {
  const { tokens } = path;
  const last = tokens.at(-1);
  const walk: Walk = {
    tokens: last !== undefined && isFunction(last) ? tokens.slice(0, -1) : tokens,
    root,
    found: [],
  };
  visit(walk, 0, value, true);
  if (!path.definite) return walk.found.map((item) => item ?? null);
  if (walk.found.length === 0) {
    throw new PathNotFoundError(`No results for path: ${normalized(walk.tokens)}`);
  }
  const found = walk.found[0];
  if (last?.kind === "aggregate") {
    throw new PathNotFoundError(`No results for path: ${normalized(tokens)}`);
  }
  return last?.kind === "length" ? lengthOf(found) : found;
}

interface Walk {
  readonly tokens: readonly PathToken[];
  readonly root: Json;
  /** undefined stands for an index past the end of its array. */
  readonly found: (Json | undefined)[];
}

/**
 * Applies the token at `at`, and those after it, to `value`.
 * `definite` says that all tokens before were: then what doesn't fit is an error, else it is no match.
 */
function visit(walk: Walk, at: number, value: Json | undefined, definite: boolean): void {
  const token = walk.tokens[at];
  if (token === undefined) {
    walk.found.push(value);
  } else if (token.kind === "scan") {
    scan(walk, at + 1, value);
  } else {
    const stays = definite && namesOne(token);
    for (const next of select(walk, at, token, value, definite)) visit(walk, at + 1, next, stays);
  }
}

const namesOne = (token: PathToken): boolean =>
  token.kind === "property"
    ? token.names.length === 1
    : token.kind === "index" && token.indexes.length === 1;

type Selected = readonly (Json | undefined)[];

function select(
  walk: Walk,
  at: number,
  token: Exclude<PathToken, { kind: "scan" }>,
  value: Json | undefined,
  definite: boolean,
): Selected {
  switch (token.kind) {
    case "property":
      return selectProperties(walk, at, token.names, value, definite);
    case "index":
      if (!isArray(value)) return refuseNonArray(walk, at, value, definite);
      return token.indexes.map((index) => value[index < 0 ? value.length + index : index]);
    case "slice":
      if (!isArray(value)) return refuseNonArray(walk, at, value, definite);
      return selectSlice(token.from, token.to, value);
    case "wildcard":
      return childrenOf(value);
    case "filter":
      if (isArray(value)) {
        // https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html: `@` is no scalar.
        return value.filter((item) => isContainer(item) && token.accepts(item, walk.root));
      }
      if (isObject(value)) return token.accepts(value, walk.root) ? [value] : [];
      if (!definite) return [];
      throw new PathNotFoundError(
        `Filter: [?] can not be applied to primitives. Current context is: ${JSON.stringify(value)}`,
        true,
      );
    case "length":
    case "aggregate":
      throw new Error("a function stands at the end of a path, where evaluatePath takes it off");
  }
}

function selectProperties(
  walk: Walk,
  at: number,
  names: readonly string[],
  value: Json | undefined,
  definite: boolean,
): Selected {
  if (!isObject(value)) {
    if (!definite) return [];
    throw new PathNotFoundError(
      `Expected to find an object with property ['${names.join("','")}'] in path ` +
        `${normalized(walk.tokens.slice(0, at))} but found '${libraryType(value)}'. This is not a json object ` +
        `according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.`,
    );
  }
  const leaf = at === walk.tokens.length - 1;
  const present = names.filter((name) => Object.hasOwn(value, name));
  if (names.length > 1) {
    const found = present.map((name): [string, Json] => [name, value[name] ?? null]);
    return leaf ? [Object.fromEntries(found)] : found.map(([, inner]) => inner);
  }
  if (present.length === 0 && definite && !leaf) {
    throw new PathNotFoundError(
      `Missing property in path ${normalized(walk.tokens.slice(0, at + 1))}`,
    );
  }
  return present.map((name) => value[name]);
}

function refuseNonArray(
  walk: Walk,
  at: number,
  value: Json | undefined,
  definite: boolean,
): Selected {
  if (!definite) return [];
  if (value === undefined) {
    throw new PathNotFoundError(`The path ${normalized(walk.tokens.slice(0, at))} is null`);
  }
  throw new PathNotFoundError(
    `Filter: ${walk.tokens.slice(at, at + 1).map(shown)} can only be applied to arrays. ` +
      `Current context is: ${JSON.stringify(value)}`,
    true,
  );
}

/** With both ends given, a negative end isn't counted from the end of the array but met on the way: as in the library. */
function selectSlice(
  from: number | undefined,
  to: number | undefined,
  value: readonly Json[],
): Selected {
  const { length } = value;
  let start = from ?? 0;
  let end = Math.min(to ?? length, length);
  if (from === undefined && end < 0) end += length;
  if (to === undefined && start < 0) start = Math.max(0, start + length);
  if (length === 0 || start >= end) return [];
  return Array.from({ length: end - start }, (_, offset) => {
    const index = start + offset;
    return value[index < 0 ? length + index : index];
  });
}

/** Applies the token at `at` to the value and to everything below it, a container before its contents. */
function scan(walk: Walk, at: number, value: Json | undefined): void {
  if (!isContainer(value)) return;
  const token = walk.tokens[at];
  const applies =
    token?.kind === "property"
      ? isObject(value) && token.names.every((name) => Object.hasOwn(value, name))
      : token?.kind === "index" || token?.kind === "slice"
        ? isArray(value)
        : token?.kind === "wildcard" || isObject(value);
  if (applies) visit(walk, at, value, false);
  for (const child of childrenOf(value)) scan(walk, at, child);
}

const isContainer = (value: Json | undefined): value is object & Json =>
  typeof value === "object" && value !== null;

function childrenOf(value: Json | undefined): readonly Json[] {
  if (isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

function lengthOf(value: Json | undefined): Json {
  if (isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : null;
}

/** The path in the library's own notation: `$['a'][0]`. */
const normalized = (tokens: readonly PathToken[]): string => `$${tokens.map(shown).join("")}`;

function shown(token: PathToken): string {
  switch (token.kind) {
    case "property":
      return `[${token.names.map((name) => `'${name}'`).join(",")}]`;
    case "index":
      return `[${token.indexes.join(",")}]`;
    case "slice":
      return `[${token.from ?? ""}:${token.to ?? ""}]`;
    case "wildcard":
      return "[*]";
    case "filter":
      return "[?]";
    case "scan":
      return "..";
    case "length":
      return ".length()";
    case "aggregate":
      return `.${token.name}()`;
  }
}

/** The library's name for the type of a value, as its messages show it. */
function libraryType(value: Json | undefined): string {
  if (value === undefined) return "null";
  const names = {
    string: "TextNode",
    number: Number.isInteger(value) ? "IntNode" : "DoubleNode",
    boolean: "BooleanNode",
    object: value === null ? "NullNode" : "ArrayNode",
  };
  return `com.fasterxml.jackson.databind.node.${names[typeof value as keyof typeof names]}`;
}
