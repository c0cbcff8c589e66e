/** Sets have no order, and neither do the attributes of an item. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [
        key,
        /^[SNB]S$/.test(key) && Array.isArray(inner) ? inner.toSorted() : canonical(inner),
      ]),
  );
}
