/** Lets all that can happen by itself happen. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
