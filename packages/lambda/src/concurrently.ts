/**
 * Runs `work` for each item, at most `limit` at a time. An error ends the run: no further item is begun, and
 * once those under way have ended, the error of the first item in order is thrown. So two that fail for the
 * same reason give the same error each time, whichever was faster.
 * @returns what each came to, in the order of the items
 */
export async function concurrently<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(items.length);
  const left = items.entries();
  const failures: { index: number; error: unknown }[] = [];
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item, index);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  const [first] = failures.toSorted((a, b) => a.index - b.index);
  if (first !== undefined) throw first.error;
  return results;
}
