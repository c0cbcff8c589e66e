import { parseArgs } from "node:util";
import { killRound, type RoundResult } from "../test/durability/kill-round.ts";

/**
 * Kills the system again and again while photos are uploaded and processed, and looks for anything acknowledged that was
 * lost or done twice: `node bench/kill.ts [--rounds 20] [--photos 300] [--seed 1] [--json]`; exit 1 when there is.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    photos: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    /** Only this round of them, to look into it. */
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const number = (name: "rounds" | "photos" | "seed" | "only", text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new Error(`--${name} ${text}: give a whole number`);
  return Number(text);
};
const photos = number("photos", values.photos);
const seed = number("seed", values.seed);
const rounds =
  values.only === undefined
    ? Array.from({ length: number("rounds", values.rounds) }, (_, index) => index)
    : [number("only", values.only)];

const columns: readonly [string, number, (result: RoundResult) => string][] = [
  ["round", 5, ({ round }) => String(round)],
  ["kills", 5, ({ kills }) => String(kills)],
  ["acknowledged", 12, ({ acknowledged }) => String(acknowledged)],
  ["lost", 4, ({ lost }) => String(lost)],
  ["duplicates", 10, ({ duplicates }) => String(duplicates)],
  ["violations", 10, ({ violations }) => String(violations.length)],
  ["restart s", 9, ({ restartSeconds }) => Math.max(0, ...restartSeconds).toFixed(1)],
  ["took s", 6, ({ seconds }) => seconds.toFixed(0)],
  ["killed during", 0, ({ plan }) => plan],
];
const say = (line: string): void => {
  if (!values.json) console.log(line);
};

say(`${rounds.length} rounds of ${photos} photos, seed ${seed}\n`);
say(columns.map(([name, width]) => name.padStart(width)).join("  "));
const results: RoundResult[] = [];
for (const round of rounds) {
  const result = await killRound({ round, photos, seed });
  results.push(result);
  say(columns.map(([, width, show]) => show(result).padStart(width)).join("  "));
  for (const violation of result.violations.slice(0, 20)) say(`       ${violation}`);
  for (const fault of new Set(result.faults)) say(`       said: ${fault}`);
}

const sum = (of: (result: RoundResult) => number): number =>
  results.reduce((total, result) => total + of(result), 0);
const restarts = results.flatMap(({ restartSeconds }) => restartSeconds).sort((a, b) => a - b);
const totals = {
  rounds: results.length,
  photos: results.length * photos,
  kills: sum(({ kills }) => kills),
  acknowledged: sum(({ acknowledged }) => acknowledged),
  lost: sum(({ lost }) => lost),
  duplicates: sum(({ duplicates }) => duplicates),
  violations: sum(({ violations }) => violations.length),
  unacknowledgedButThere: sum((result) => result.unacknowledgedButThere),
  picturesWrittenAgain: sum((result) => result.picturesWrittenAgain),
  restartSeconds: {
    median: restarts[Math.floor(restarts.length / 2)] ?? 0,
    longest: restarts.at(-1) ?? 0,
  },
};
if (values.json) console.log(JSON.stringify({ photos, seed, totals, results }, null, 2));
else {
  say("");
  for (const [name, value] of Object.entries(totals)) {
    say(
      `${name.padEnd(24)}${typeof value === "number" ? value : `median ${value.median.toFixed(1)}, longest ${value.longest.toFixed(1)}`}`,
    );
  }
}
process.exitCode = totals.violations === 0 ? 0 : 1;
