import { evaluatePath } from "../jsonpath/evaluate-path.ts";
import { parsePath } from "../jsonpath/parse-path.ts";
import { type Path, PathNotFoundError, PathSyntaxError } from "../jsonpath/path.ts";
import type { Json } from "../types.ts";
import { RuntimeFault } from "./runtime-fault.ts";
import type { Scope } from "./scope.ts";
import { variableFault } from "./variable-name.ts";

/** A path into the input (`$…`), into the context object (`$$…`) or into a variable (`$name…`). */
export interface Query {
  readonly source: string;
  readonly inContext: boolean;
  /** The variable's name, without the dollar sign. */
  readonly variable: string | undefined;
  /** Within what it starts from, which is its `$`. */
  readonly path: Path;
}

/** @throws PathSyntaxError */
export function parseQuery(text: string): Query {
  if (!text.startsWith("$")) throw new PathSyntaxError(`a path starts with '$': ${text}`);
  const inContext = text.startsWith("$$");
  const variable = inContext ? undefined : /^\$([^$.[\s]+)/.exec(text)?.[1];
  const fault = variable === undefined ? undefined : variableFault(variable);
  if (fault !== undefined) throw new PathSyntaxError(`${fault}: ${text}`);
  const path = inContext ? text.slice(1) : `$${text.slice(1 + (variable?.length ?? 0))}`;
  return { source: text, inContext, variable, path: parsePath(path) };
}

/**
 * What the query finds; undefined for an index past the end of an array.
 * @throws PathNotFoundError also for a variable that has no value
 */
export function find(query: Query, scope: Scope): Json | undefined {
  return evaluatePath(query.path, rootOf(query, scope));
}

function rootOf({ inContext, variable }: Query, scope: Scope): Json {
  if (variable === undefined) return inContext ? scope.context() : scope.input;
  const value = scope.variable(variable);
  if (value === undefined) {
    throw new PathNotFoundError(`The variable '$${variable}' has no value.`, true);
  }
  return value;
}

/** What the query is applied to, as text for a message. */
export const searchedText = (query: Query, scope: Scope): string =>
  JSON.stringify(rootOf(query, scope));

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
