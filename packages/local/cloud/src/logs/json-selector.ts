import { invalidFilterPattern } from "./errors.ts";

/** The values that a selector finds in a message: none, one, or with `[*]` many. */
export type Selector = (message: unknown) => readonly unknown[];

const stepSyntax = /\.([^.[\]]+)|\[(\d+|\*)\]|\['([^']*)'\]/y;

/** Reads `$.a.b`, `$.list[0]`, `$.list[*]` or `$['a name']`. @throws AwsError */
export function parseSelector(text: string): Selector {
  const steps: (string | number)[] = [];
  stepSyntax.lastIndex = 1;
  while (stepSyntax.lastIndex < text.length) {
    const found = stepSyntax.exec(text);
    if (found === null) throw invalidFilterPattern(`can't read the selector ${text}`);
    const [, name, index, quoted] = found;
    if (name?.includes("*")) {
      throw invalidFilterPattern(`the local cloud does not support wildcards in names: ${text}`);
    }
    steps.push(name ?? quoted ?? (index === "*" ? wildcard : Number(index)));
  }
  if (steps.length === 0) throw invalidFilterPattern(`can't read the selector ${text}`);
  return (message) => steps.reduce<readonly unknown[]>(follow, [message]);
}

/** Can't be a property's name, which is never a number below 0. */
const wildcard = -1;

function follow(values: readonly unknown[], step: string | number): readonly unknown[] {
  return values.flatMap((value) => {
    if (typeof step === "string") {
      const there = typeof value === "object" && value !== null && Object.hasOwn(value, step);
      return there ? [(value as Record<string, unknown>)[step]] : [];
    }
    if (!Array.isArray(value)) return [];
    if (step === wildcard) return value;
    return step < value.length ? [value[step]] : [];
  });
}
