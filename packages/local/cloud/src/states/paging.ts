import { z } from "zod";
import { AwsError } from "../aws-error.ts";

export const pageInput = {
  maxResults: z.int().min(0).max(1000).optional(),
  nextToken: z.string().min(1).max(1024).optional(),
};

/** Lists answer with 100 entries unless told otherwise. */
export const pageSize = (asked: number | undefined): number =>
  asked === undefined || asked === 0 ? 100 : asked;

export const writeToken = (position: string | number): string =>
  Buffer.from(String(position)).toString("base64url");

export function readToken(text: string): string {
  const position = Buffer.from(text, "base64url").toString();
  if (writeToken(position) !== text) throw invalidToken(text);
  return position;
}

/** @returns `start` when there is no token */
export function readNumberToken(text: string | undefined, start: number): number {
  if (text === undefined) return start;
  const position = Number(readToken(text));
  if (!Number.isSafeInteger(position)) throw invalidToken(text);
  return position;
}

const invalidToken = (text: string): AwsError =>
  new AwsError("InvalidToken", `Invalid Token: '${text}'`);
