import { invalidParameter } from "./errors.ts";
import type { Position } from "./store.ts";

/** Tokens of lists: the name that comes last on the page before. */
export const writeNameToken = (name: string): string => Buffer.from(name).toString("base64url");

export function readNameToken(token: string): string {
  const name = Buffer.from(token, "base64url").toString();
  if (writeNameToken(name) !== token) throw invalidToken();
  return name;
}

/** `f/…/s` goes on after a position, `b/…/s` back from it, as the tokens of CloudWatch Logs look. */
export function writePosition(direction: "f" | "b", { timestamp, seq }: Position): string {
  return `${direction}/${String(timestamp).padStart(20, "0")}${String(seq).padStart(36, "0")}/s`;
}

export function readPosition(token: string): Position & { direction: "f" | "b" } {
  const [, direction, timestamp, seq] = /^([fb])\/(\d{20})(\d{36})\/s$/.exec(token) ?? [];
  if (direction === undefined) throw invalidToken();
  return { direction: direction as "f" | "b", timestamp: Number(timestamp), seq: Number(seq) };
}

const invalidToken = () => invalidParameter("The specified nextToken is invalid.");
