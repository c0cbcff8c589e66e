import { isArray, isObject } from "../jsonpath/path.ts";
import type { Json } from "../types.ts";
import { type Argument, IntrinsicError } from "./argument.ts";

/** Puts the values where the template says `{}`; in a template that is written in the call, `\{` is no place. */
export function formatTemplate(
  template: Argument | undefined,
  values: readonly Argument[],
): string {
  const parts = partsOf(template);
  if (parts.length - 1 !== values.length) {
    throw new IntrinsicError(
      `The template has ${parts.length - 1} places for ${values.length} values`,
    );
  }
  return parts.reduce((text, part, at) => text + asPlainText(values[at - 1]?.value ?? null) + part);
}

function partsOf(template: Argument | undefined): readonly string[] {
  if (typeof template?.value !== "string") {
    throw new IntrinsicError(
      `Argument 1 must be a string, but it is ${JSON.stringify(template?.value ?? null)}`,
    );
  }
  if (template.literal === undefined) return template.value.split("{}");
  const parts = [""];
  for (const piece of template.literal.match(/\\.|\{\}|./gs) ?? []) {
    if (piece === "{}") parts.push("");
    else parts.push((parts.pop() ?? "") + (piece.startsWith("\\") ? piece.slice(1) : piece));
  }
  return parts;
}

/** A value as AWS formats it: objects as `{a=1, b=[x, y]}`, strings bare. */
function asPlainText(value: Json): string {
  if (typeof value === "string") return value;
  if (isArray(value)) return `[${value.map(asPlainText).join(", ")}]`;
  if (isObject(value)) {
    const fields = Object.entries(value).map(([name, inner]) => `${name}=${asPlainText(inner)}`);
    return `{${fields.join(", ")}}`;
  }
  return String(value);
}
