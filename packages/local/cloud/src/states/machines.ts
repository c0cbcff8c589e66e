import { createHash } from "node:crypto";
import { parseStateMachine, type StateMachine } from "@darkroom/states";
import type { StateMachineDraft } from "../terraform/draft.ts";
import { isTaskResource } from "./task-invoker.ts";

export interface DefinedStateMachine extends StateMachineDraft {
  readonly arn: string;
  /** Of its definition. */
  readonly hash: string;
  /** Epoch milliseconds. */
  readonly creationDate: number;
}

export const definitionHash = (definition: string): string =>
  createHash("sha256").update(definition).digest("hex");

/** Gives the machine that a definition of this hash describes; its text is asked for only when it isn't known yet. */
export type ParsedDefinitions = (hash: string, definition: () => string) => StateMachine;

/** Parses each definition once: an execution goes on with the one it was started with. */
export function parsedDefinitions(): ParsedDefinitions {
  const parsed = new Map<string, StateMachine>();
  return (hash, definition) => {
    const known = parsed.get(hash);
    if (known !== undefined) return known;
    const machine = parseStateMachine(definition(), { supportsResource: isTaskResource });
    parsed.set(hash, machine);
    return machine;
  };
}
