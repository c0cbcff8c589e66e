import { createHash } from "node:crypto";
import { parseStateMachine, type StateMachine } from "@darkroom/states";
import type { StateMachineDraft } from "../terraform/draft.ts";
import { isTaskResource } from "./task-invoker.ts";

export interface DefinedStateMachine extends StateMachineDraft {
  readonly arn: string;
  readonly hash: string;
  readonly machine: StateMachine;
  /** Epoch milliseconds. */
  readonly creationDate: number;
}

export const definitionHash = (definition: string): string =>
  createHash("sha256").update(definition).digest("hex");

/** Parsed definitions by their hash: an execution goes on with the one it was started with. */
export function createDefinitionCache() {
  const parsed = new Map<string, StateMachine>();
  return (definition: string): StateMachine => {
    const hash = definitionHash(definition);
    const machine =
      parsed.get(hash) ?? parseStateMachine(definition, { supportsResource: isTaskResource });
    parsed.set(hash, machine);
    return machine;
  };
}
