import { readFileSync } from "node:fs";

/** Kinds of errors that are retried alike. */
export const errorClasses = ["throttled", "unavailable", "unclear", "timed out", "else"] as const;
export type ErrorClass = (typeof errorClasses)[number];

/** How a task retries errors of a class. */
export interface Policy {
  /** After the first. */
  readonly tries: number;
  readonly firstSeconds: number;
  /** Infinity where the pauses double without end. */
  readonly longestSeconds: number;
  /** Full: each pause is any part of what it may be. */
  readonly jitter: boolean;
}

/**
 * What the README's table of policies says.
 * @throws if it says nothing of this task and class, or not in the words that are known here
 */
export function documentedPolicy(task: string, errors: ErrorClass): Policy {
  const row = rows.find(([name, tasks]) => name === errors && tasks?.split(", ").includes(task));
  const [, , tries = "", pauses = ""] = row ?? [];
  const [, first, , longest, jitter] =
    /^(\d+) s, doubling( to (\d+) s)?(, jitter)?$/.exec(pauses) ?? [];
  if (first === undefined) throw new Error(`README.md has no policy for ${task}, ${errors}`);
  return {
    tries: Number(tries),
    firstSeconds: Number(first),
    longestSeconds: longest === undefined ? Number.POSITIVE_INFINITY : Number(longest),
    jitter: jitter !== undefined,
  };
}

/** The longest pauses before each of so many further tries, in seconds. */
export function longestPauses(policy: Policy, tries: number): number[] {
  return Array.from({ length: tries }, (_, index) =>
    Math.min(policy.firstSeconds * 2 ** index, policy.longestSeconds),
  );
}

const rows = readFileSync(new URL("../../README.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
