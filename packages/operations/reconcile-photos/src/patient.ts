/** Makes a call, again where it may pass: a page that fails must not cost all those before it. */
export type Patient = <T>(call: () => Promise<T>) => Promise<T>;
