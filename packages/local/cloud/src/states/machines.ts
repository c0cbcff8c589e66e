import { createHash } from "node:crypto";
import { InvalidDefinitionError, parseStateMachine, type StateMachine } from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import type { StateMachineDraft } from "../terraform/draft.ts";
import { isTaskResource, wrongTaskParameters } from "./task-invoker.ts";

/** What a machine is made of, and what UpdateStateMachine can change. */
export type MachineSettings = Omit<StateMachineDraft, "name">;

export interface DefinedStateMachine extends StateMachineDraft {
  readonly arn: string;
  /** Of its definition. */
  readonly hash: string;
  /** Epoch milliseconds. */
  readonly creationDate: number;
  /** When its settings last changed; at first its creation date. */
  readonly updateDate: number;
  /** Of its settings; undefined as long as they are those that it was made with. */
  readonly revisionId: string | undefined;
  /** The stack declares it; else it was made by CreateStateMachine. */
  readonly ofStack: boolean;
  readonly status: "ACTIVE" | "DELETING";
  readonly tags: Readonly<Record<string, string>>;
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
    const machine = parseDefinition(definition());
    parsed.set(hash, machine);
    return machine;
  };
}

/** @throws AwsError InvalidDefinition that says what is wrong, and where in the definition */
export function parseDefinition(
  definition: string,
  type: StateMachineDraft["type"] = "STANDARD",
): StateMachine {
  try {
    return parseStateMachine(definition, {
      type,
      supportsResource: isTaskResource,
      wrongParameters: wrongTaskParameters,
    });
  } catch (error) {
    if (!(error instanceof InvalidDefinitionError)) throw error;
    throw new AwsError("InvalidDefinition", error.message, { cause: error });
  }
}
