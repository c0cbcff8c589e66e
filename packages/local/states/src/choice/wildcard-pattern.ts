/**
 * The pattern of StringMatches: `*` stands for any characters, `\*` and `\\` for themselves.
 * @returns undefined for a backslash before anything else
 */
export function wildcardPattern(text: string): RegExp | undefined {
  const parts = text.match(/\\.|\\$|\*|[^\\*]+/gs) ?? [];
  const sources = parts.map((part) => {
    if (part === "*") return ".*";
    if (part === "\\*" || part === "\\\\") return part;
    return part.startsWith("\\") ? undefined : part.replaceAll(/[.+?^${}()|[\]/-]/g, "\\$&");
  });
  if (sources.includes(undefined)) return undefined;
  // An unanchored run of `.*` may take long on texts that don't match: one after another is one.
  return new RegExp(`^${sources.join("").replaceAll(/(?:\.\*)+/g, ".*")}$`, "s");
}
