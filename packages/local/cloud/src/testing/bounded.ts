const { FUZZ_SEED = "20260101" } = process.env;

/**
 * How random tests run: the same cases every time unless FUZZ_SEED names others, and no longer than ten seconds.
 * Of a case that fails fast-check tells seed and path.
 */
export const bounded = (numRuns: number) => ({
  numRuns,
  seed: Number(FUZZ_SEED),
  interruptAfterTimeLimit: 10_000,
});
