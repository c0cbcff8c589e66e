import { hash } from "node:crypto";
import type { Caller } from "../caller.ts";

/**
 * The unique id that IAM gives a principal, e.g. `AIDA…` for a user and `AROA…:<session>` for a role's session
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
 * Here it follows from the ARN, so that it is the same after a restart.
 */
export function principalId(caller: Caller): string {
  switch (caller.kind) {
    case "operator":
      return `AIDA${uniquePart(caller.arn)}`;
    case "role":
      return `AROA${uniquePart(caller.roleArn)}:${caller.arn.slice(caller.arn.lastIndexOf("/") + 1)}`;
    case "service":
      return `AIDA${uniquePart(caller.principal)}`;
  }
}

/** By ARN or name of a service: there are as many as roles and services. */
const known = new Map<string, string>();

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function uniquePart(name: string): string {
  let part = known.get(name);
  if (part === undefined) {
    const bytes = hash("sha256", name, "buffer").subarray(0, 17);
    part = Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
    known.set(name, part);
  }
  return part;
}
