import { evaluatePath } from "../jsonpath/evaluate-path.ts";
import { parsePath } from "../jsonpath/parse-path.ts";
import { type Path, PathNotFoundError, PathSyntaxError } from "../jsonpath/path.ts";
import type { Json } from "../types.ts";
import { RuntimeFault } from "./runtime-fault.ts";
import type { Scope } from "./scope.ts";

/** A path into the input (`$…`) or into the context object (`$$…`). */
export interface Query {
  readonly source: string;
  readonly inContext: boolean;
  readonly path: Path;
}

/** @throws PathSyntaxError */
export function parseQuery(text: string): Query {
  if (!text.startsWith("$")) throw new PathSyntaxError(`a path starts with '$': ${text}`);
  const inContext = text.startsWith("$$");
  if (!inContext && /^\$[^.[]/.test(text)) {
    throw new PathSyntaxError(`variables are not supported: ${text}`);
  }
  return { source: text, inContext, path: parsePath(inContext ? text.slice(1) : text) };
}

/**
 * What the query finds; undefined for an index past the end of an array.
 * @throws PathNotFoundError
 */
export function find(query: Query, scope: Scope): Json | undefined {
  return evaluatePath(query.path, query.inContext ? scope.context() : scope.input);
}

/**
 * The value of a field that holds a path, such as InputPath; an index past the end of an array gives null.
 * @throws RuntimeFault when the path leads nowhere
 */
export function findForField(query: Query, scope: Scope): Json {
  try {
    return find(query, scope) ?? null;
  } catch (error) {
    if (!(error instanceof PathNotFoundError)) throw error;
    throw new RuntimeFault(`Invalid path '${query.source}' : ${error.message}`, { cause: error });
  }
}

/** As `find`, but undefined as well where the path leads nowhere. */
export function findIfPresent(query: Query, scope: Scope): Json | undefined {
  try {
    return find(query, scope);
  } catch (error) {
    if (error instanceof PathNotFoundError) return undefined;
    throw error;
  }
}
