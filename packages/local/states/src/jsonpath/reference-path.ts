import type { Json } from "../types.ts";
import { parsePath } from "./parse-path.ts";
import { isArray, isObject, PathSyntaxError } from "./path.ts";

/**
 * A path that can only name one node: no wildcard, filter, slice or `..`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
 */
export interface ReferencePath {
  readonly source: string;
  readonly steps: readonly (string | number)[];
}

/** A reference path that can't be applied to the value it should change. */
export class ReferencePathError extends Error {
  override readonly name = "ReferencePathError";
}

/** @throws PathSyntaxError */
export function parseReferencePath(text: string): ReferencePath {
  const steps = parsePath(text).tokens.map((token) => {
    const [step, more] =
      token.kind === "property" ? token.names : token.kind === "index" ? token.indexes : [];
    if (step === undefined || more !== undefined || (typeof step === "number" && step < 0)) {
      throw new PathSyntaxError(`${text} can match more than one node`);
    }
    return step;
  });
  return { source: text, steps };
}

/**
 * A copy of `target` with `value` at the path: objects that are missing on the way are made.
 * Only what stands on the way is copied; the rest is shared, as values never change.
 * @throws ReferencePathError when something else than an object or a long enough array stands on the way.
 */
export function placeAt(path: ReferencePath, target: Json, value: Json): Json {
  return place(path, 0, target, target, value);
}

function place(
  path: ReferencePath,
  at: number,
  target: Json | undefined,
  whole: Json,
  value: Json,
): Json {
  const step = path.steps[at];
  if (step === undefined) return value;
  if (typeof step === "number") {
    if (!isArray(target) || step >= target.length) throw conflict(path, whole);
    return target.with(step, place(path, at + 1, target[step], whole, value));
  }
  if (target !== undefined && !isObject(target)) throw conflict(path, whole);
  const inner = target !== undefined && Object.hasOwn(target, step) ? target[step] : undefined;
  const placed = place(path, at + 1, inner, whole, value);
  // A computed key of a literal defines a property of its own even for `__proto__`.
  return { ...target, [step]: placed };
}

const conflict = (path: ReferencePath, whole: Json): ReferencePathError =>
  new ReferencePathError(
    `Unable to apply ReferencePath ${path.source} to input ${JSON.stringify(whole)}`,
  );
