import type { Json } from "@darkroom/states";
import { isObject } from "./expand-json.ts";

/**
 * Puts a replacement in the place of all that a path finds. The paths of recordings have two kinds of steps: `.name`, and
 * `..name` for the name at any depth.
 * @throws Error for a path with anything else
 */
export function replacePath(value: Json, path: string, replacement: Json): Json {
  const steps = [...path.matchAll(/(\.\.?)([A-Za-z_]\w*)/g)];
  if (steps.length === 0 || `$${steps.map(([step]) => step).join("")}` !== path) {
    throw new Error(`the path ${path} to normalise has a step that is neither .name nor ..name`);
  }
  return replace(
    value,
    steps.map(([, dots, name]) => ({ deep: dots === "..", name: name ?? "" })),
    replacement,
  );
}

type Step = { readonly deep: boolean; readonly name: string };

function replace(value: Json, steps: readonly Step[], replacement: Json): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return replacement;
  if (Array.isArray(value)) {
    return step.deep ? value.map((one) => replace(one, steps, replacement)) : value;
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const below = step.deep ? replace(one, steps, replacement) : one;
      return [key, key === step.name ? replace(below, rest, replacement) : below];
    }),
  );
}
