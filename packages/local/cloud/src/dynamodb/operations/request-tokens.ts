import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { AwsError } from "../../aws-error.ts";

/** How long a token makes a transaction idempotent (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html). */
const tokenLifeMs = 10 * 60 * 1000;

export interface RequestTokens {
  /** Whether the request with this token was carried out before. @throws IdempotentParameterMismatchException for another request. */
  wasCarriedOut(token: string, request: string): boolean;
  /** Remembers it, in the transaction that carries it out. */
  remember(token: string, request: string): void;
}

export function createRequestTokens(database: DatabaseSync, now: () => number): RequestTokens {
  const find = database.prepare(
    "SELECT request FROM request_tokens WHERE token = ? AND expires_at > ?",
  );
  const insert = database.prepare(
    "INSERT INTO request_tokens (token, request, expires_at) VALUES (?, ?, ?)",
  );
  const removeExpired = database.prepare("DELETE FROM request_tokens WHERE expires_at <= ?");
  return {
    wasCarriedOut(token, request) {
      const row = find.get(token, now());
      if (row === undefined) return false;
      if (row.request === request) return true;
      throw new AwsError(
        "IdempotentParameterMismatchException",
        "The ClientRequestToken was used before with other parameters.",
      );
    },
    remember(token, request) {
      removeExpired.run(now());
      insert.run(token, request, now() + tokenLifeMs);
    },
  };
}

/** The same for requests that differ only in the order of their members. */
export function fingerprint(request: unknown): string {
  return createHash("sha256").update(JSON.stringify(request, sortMembers)).digest("hex");
}

function sortMembers(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
