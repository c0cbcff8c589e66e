export interface Spread {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
}

export interface Rounds {
  readonly count: number;
  readonly windowMs: number;
  readonly warmUpMs: number;
}

/** Runs once, and says how many states that were. */
export type Run = () => Promise<number>;

/** States per second of processor time of both, and the quotient of each round. */
export interface Comparison {
  readonly ours: Spread;
  readonly baseline: Spread;
  readonly ratio: Spread;
}

/**
 * Runs the two in turn, and who comes first changes from round to round: what else the machine does meanwhile meets
 * both. The round before the first one warms up and isn't counted.
 */
export async function compare(ours: Run, baseline: Run, rounds: Rounds): Promise<Comparison> {
  const rates: { ours: number[]; baseline: number[] } = { ours: [], baseline: [] };
  for (let round = 0; round <= rounds.count; round++) {
    const windowMs = round === 0 ? rounds.warmUpMs : rounds.windowMs;
    const order =
      round % 2 === 0 ? (["ours", "baseline"] as const) : (["baseline", "ours"] as const);
    for (const side of order) {
      const rate = await statesPerSecond(side === "ours" ? ours : baseline, windowMs);
      if (round > 0) rates[side].push(rate);
    }
  }
  const quotients = rates.ours.map((rate, round) => rate / (rates.baseline[round] ?? Number.NaN));
  return { ours: spread(rates.ours), baseline: spread(rates.baseline), ratio: spread(quotients) };
}

/** Median of the rounds, after one that warms up. */
export async function rateOf(run: Run, rounds: Rounds): Promise<Spread> {
  await statesPerSecond(run, rounds.warmUpMs);
  const rates: number[] = [];
  for (let round = 0; round < rounds.count; round++) {
    rates.push(await statesPerSecond(run, rounds.windowMs));
  }
  return spread(rates);
}

/** By processor time: both run in this one process, and what else the machine does meanwhile doesn't count. */
async function statesPerSecond(run: Run, windowMs: number): Promise<number> {
  const end = performance.now() + windowMs;
  const before = process.cpuUsage();
  let states = 0;
  while (performance.now() < end) states += await run();
  const { user, system } = process.cpuUsage(before);
  return (states / (user + system)) * 1e6;
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    minimum: at(0),
    maximum: at(sorted.length - 1),
  };
}
