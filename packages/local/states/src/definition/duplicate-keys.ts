/**
 * Finds the keys that stand twice in one object of a JSON text; JSON.parse keeps the last and says nothing.
 * @param text must be valid JSON
 * @returns where each of them stands, e.g. `/States/Check`
 */
export function duplicateKeys(text: string): string[] {
  const found: string[] = [];
  const open: Container[] = [];
  // Strings, and the marks that open, close and part containers; numbers and words need no look.
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const container = open.at(-1);
    switch (token) {
      case "{":
        open.push({ keys: new Set(), key: "", expectsKey: true });
        break;
      case "[":
        open.push({ index: 0 });
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case ",":
        if (container === undefined) break;
        if ("index" in container) container.index += 1;
        else container.expectsKey = true;
        break;
      case ":":
        break;
      default:
        if (container === undefined || "index" in container || !container.expectsKey) break;
        container.key = JSON.parse(token) as string;
        container.expectsKey = false;
        if (container.keys.has(container.key)) found.push(location(open));
        container.keys.add(container.key);
    }
  }
  return found;
}

type Container =
  | { readonly keys: Set<string>; key: string; expectsKey: boolean }
  | { index: number };

const location = (open: readonly Container[]): string =>
  open
    .map((container) => ("index" in container ? `[${container.index}]` : `/${container.key}`))
    .join("");
