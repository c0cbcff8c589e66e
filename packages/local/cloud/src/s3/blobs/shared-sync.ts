/**
 * Has all who ask while a sync is under way share the next one: copies that come together cost one sync of their folder
 * and not one each.
 *
 * Invariant: nobody hears of success before a sync that began after he asked has ended. One that fails fails for those
 * who share it, and for no other.
 */
export function sharedSync(sync: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        running = sync();
        return running;
      });
    return next;
  };
}
