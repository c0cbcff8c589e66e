/**
 * A state machine's document with each `${Name}` replaced.
 *
 * The document's own Comment is for those who read the source, and may explain the placeholders: it is
 * left out.
 * @param values what stands for each name, e.g. a function's ARN
 * @throws Error that names a placeholder without a value, or a value that no state uses
 */
export function machineDefinition(
  document: Readonly<Record<string, unknown>>,
  values: ReadonlyMap<string, string>,
): string {
  const unused = new Set(values.keys());
  const replace = (value: unknown, path: string): unknown => {
    if (typeof value === "string") {
      return value.replace(/\$\{([^}]*)\}/g, (placeholder, name: string) => {
        const known = values.get(name);
        if (known === undefined) {
          throw new Error(
            `${path} of the state machine is ${placeholder}, which stands for nothing.`,
          );
        }
        unused.delete(name);
        return known;
      });
    }
    if (Array.isArray(value)) return value.map((item, index) => replace(item, `${path}[${index}]`));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, replace(item, `${path}.${key}`)]),
      );
    }
    return value;
  };

  const { Comment: _, ...executed } = document;
  const definition = JSON.stringify(replace(executed, "$"));
  if (unused.size > 0) {
    throw new Error(`No state of the state machine uses ${[...unused].join(", ")}.`);
  }
  return definition;
}
