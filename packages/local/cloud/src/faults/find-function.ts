/**
 * Finds a function by its deployed name, or by its task's: `extract-metadata` is `darkroom-dev-ExtractMetadata`.
 * @returns the deployed name, or the line that says why there is none
 */
export function findFunction(
  text: string,
  names: readonly string[],
): { readonly name: string } | { readonly problem: string } {
  if (names.includes(text)) return { name: text };
  const [found, other] = names.filter((name) => taskOf(name) === text);
  if (found === undefined) {
    const tasks = names.map(taskOf).sort().join(", ");
    return { problem: `There is no function ${text}: name one of ${tasks || "none"}.` };
  }
  if (other === undefined) return { name: found };
  return { problem: `${text} may be ${found} or ${other}: give the function's whole name.` };
}

/** `darkroom-dev-ExtractMetadata` → `extract-metadata` */
const taskOf = (name: string): string =>
  name
    .slice(name.lastIndexOf("-") + 1)
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-")
    .toLowerCase();
