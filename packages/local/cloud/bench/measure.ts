/** One kind of call as one server is asked for it. */
export interface Load {
  /** Not measured: what the calls of one window need. */
  prepare?(): Promise<void>;
  /** One call. @returns false when there is nothing left to ask for, which ends the window */
  call(): Promise<boolean>;
  /** Not measured: takes away what the window left, so that neither server grows from round to round. */
  clear?(): Promise<void>;
}

/** The same kind of call on both servers. */
export interface Pair {
  readonly name: string;
  /** How much faster than the baseline the local cloud has to be. */
  readonly goal: number;
  /** How many calls are on the way at once. */
  readonly concurrency: number;
  readonly ours: Load;
  readonly baseline: Load;
}

export interface Spread {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
}

export interface Measurement {
  readonly name: string;
  readonly goal: number;
  /** Calls per second. */
  readonly ours: Spread;
  readonly baseline: Spread;
  /** Of each round, and then their median; not the quotient of the medians. */
  readonly ratio: Spread;
  /** CPU time of the server for one call, in microseconds: what hardly changes when the machine is busy. */
  readonly cpu: { readonly ours: Spread; readonly baseline: Spread };
}

export interface Rounds {
  readonly count: number;
  /** How long each server is asked for each kind of call in a round. */
  readonly windowMs: number;
  readonly warmUpMs: number;
}

/** @returns the CPU time that a server has used so far, in microseconds */
type CpuTime = () => Promise<number>;

/**
 * Asks the two servers in turn, and who comes first changes from round to round: what else the machine does meanwhile
 * meets both. The round before the first one warms up and isn't counted.
 */
export async function measure(
  pair: Pair,
  rounds: Rounds,
  cpuTime: { readonly ours: CpuTime; readonly baseline: CpuTime },
): Promise<Measurement> {
  const windows: Record<"ours" | "baseline", Window[]> = { ours: [], baseline: [] };
  for (let round = 0; round <= rounds.count; round++) {
    const windowMs = round === 0 ? rounds.warmUpMs : rounds.windowMs;
    for (const side of round % 2 === 0
      ? (["ours", "baseline"] as const)
      : (["baseline", "ours"] as const)) {
      const load = pair[side];
      await load.prepare?.();
      const before = await cpuTime[side]();
      const { calls, rate } = await askFor(load, pair.concurrency, windowMs);
      const cpu = ((await cpuTime[side]()) - before) / calls;
      await load.clear?.();
      if (round > 0) windows[side].push({ rate, cpu });
    }
  }
  const { ours, baseline } = windows;
  const rates = (side: readonly Window[]): Spread => spread(side.map(({ rate }) => rate));
  const cpus = (side: readonly Window[]): Spread => spread(side.map(({ cpu }) => cpu));
  return {
    name: pair.name,
    goal: pair.goal,
    ours: rates(ours),
    baseline: rates(baseline),
    ratio: spread(ours.map(({ rate }, round) => rate / (baseline[round]?.rate ?? Number.NaN))),
    cpu: { ours: cpus(ours), baseline: cpus(baseline) },
  };
}

interface Window {
  readonly rate: number;
  readonly cpu: number;
}

async function askFor(
  load: Load,
  concurrency: number,
  windowMs: number,
): Promise<{ calls: number; rate: number }> {
  const begin = performance.now();
  const end = begin + windowMs;
  let calls = 0;
  let left = true;
  const caller = async (): Promise<void> => {
    while (left && performance.now() < end) {
      if (await load.call()) calls++;
      else left = false;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  return { calls, rate: (calls / (performance.now() - begin)) * 1000 };
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
