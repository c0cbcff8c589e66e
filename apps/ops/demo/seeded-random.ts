/** Numbers in [0, 1) that are the same for the same seed: xorshift32 (Marsaglia, 2003). */
export function seededRandom(seed: number): () => number {
  // Zero would stay zero, and small seeds begin alike: the first numbers are thrown away.
  let state = (seed * 0x9e3779b1) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  for (let thrown = 0; thrown < 8; thrown += 1) next();
  return next;
}
