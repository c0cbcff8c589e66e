import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { z } from "zod";
import type { Grant } from "./grants.ts";

/** What the local cloud tells of every call that it decides. */
const decidedCall = z.object({
  caller: z.object({ kind: z.enum(["operator", "role", "service"]) }),
  action: z.string(),
  resource: z.string(),
  decision: z.enum(["allow", "explicit-deny", "implicit-deny"]),
  matched: z.array(
    z.object({
      policy: z.string(),
      statement: z.string(),
      effect: z.enum(["Allow", "Deny"]),
      actions: z.array(z.string()),
      resources: z.array(z.string()),
    }),
  ),
});
export type DecidedCall = z.infer<typeof decidedCall>;

/** Writes down every decision of this process until it is closed. */
export function recordDecisions(): { readonly calls: readonly DecidedCall[]; close(): void } {
  const calls: DecidedCall[] = [];
  const listen = (message: unknown): void => {
    calls.push(decidedCall.parse(message));
  };
  subscribe("darkroom:access", listen);
  return { calls, close: () => unsubscribe("darkroom:access", listen) };
}

/** Which part of a statement is taken away; without action and resource all of it. */
interface Part {
  readonly grant: Grant;
  readonly action?: string;
  readonly resource?: string;
}

/**
 * Whether the call would be denied without this part: it is allowed, and by nothing else. (A Deny that applies
 * would have denied it, so the Allow statements that apply are all there is to decide.)
 */
export function needs(call: DecidedCall, { grant, action, resource }: Part): boolean {
  if (call.decision !== "allow" || call.caller.kind === "operator") return false;
  return call.matched.every(
    (one) =>
      one.policy === grant.policy &&
      one.statement === grant.statement &&
      (action === undefined || one.actions.every((pattern) => pattern === action)) &&
      (resource === undefined || one.resources.every((pattern) => pattern === resource)),
  );
}
