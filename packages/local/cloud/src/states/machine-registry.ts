import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import type { Place } from "../place.ts";
import type { StateMachineDraft } from "../terraform/draft.ts";
import { machineDoesNotExist, machineIsBeingDeleted } from "./errors.ts";
import { type MachineStore, type Revision, settingsOf } from "./machine-store.ts";
import {
  type DefinedStateMachine,
  definitionHash,
  type MachineSettings,
  type ParsedDefinitions,
  parseDefinition,
} from "./machines.ts";
import { machineArn } from "./names.ts";

export type MachineRegistry = ReturnType<typeof createMachineRegistry>;

/**
 * The state machines of the stack and those that CreateStateMachine has made, side by side.
 *
 * At every start the stack rules over what it declares, as `terraform apply` would: a machine of its name becomes the
 * stack's with the stack's settings, whoever made it; what UpdateStateMachine changed of it lasts until then, and if it
 * was deleted it is made again. A machine that the stack declared once and no longer does is deleted as by
 * DeleteStateMachine. Machines made by API stay until they are deleted.
 *
 * A machine that is deleted is DELETING as long as executions of it run: those are stopped at their next transition.
 * Executions and their histories stay, and can be asked for by their ARN; a new machine of the same name has them too.
 */
export function createMachineRegistry(options: {
  place: Place;
  store: MachineStore;
  clock: Clock;
  machineOf: ParsedDefinitions;
  /** Throws AwsError unless the role lets Step Functions act with it for that machine. */
  requireTrust: (roleArn: string, servicePrincipal: string, sourceArn: string) => void;
  /** Throws AwsError unless a machine with this role may have its log delivered to the group. */
  requireLogDelivery: (roleArn: string, logGroupName: string) => void;
  hasRunning: (machineArn: string) => boolean;
}) {
  const { place, store, clock } = options;
  const machines = new Map(store.all().map((machine) => [machine.arn, machine]));
  const declared = new Set<string>();

  function save(machine: DefinedStateMachine, revised: boolean): DefinedStateMachine {
    store.save(machine, revised);
    machines.set(machine.arn, machine);
    return machine;
  }

  /** What is wrong with settings is said before anything is written. @returns the definition's hash */
  function check(arn: string, settings: MachineSettings): string {
    const hash = definitionHash(settings.definition);
    if (settings.type === "EXPRESS") parseDefinition(settings.definition, settings.type);
    options.machineOf(hash, () => settings.definition);
    options.requireTrust(settings.roleArn, "states.amazonaws.com", arn);
    if (settings.logging !== undefined && settings.logging.level !== "OFF") {
      options.requireLogDelivery(settings.roleArn, settings.logging.logGroupName);
    }
    return hash;
  }

  function make(
    name: string,
    settings: MachineSettings,
    rest: Pick<DefinedStateMachine, "ofStack" | "tags">,
  ): DefinedStateMachine {
    const now = clock.now();
    const arn = machineArn(place, name);
    const made: DefinedStateMachine = {
      ...settingsOf(settings),
      ...rest,
      name,
      arn,
      hash: check(arn, settings),
      creationDate: now,
      updateDate: now,
      revisionId: undefined,
      status: "ACTIVE",
    };
    return save(made, true);
  }

  function revise(machine: DefinedStateMachine, settings: MachineSettings): DefinedStateMachine {
    const hash = check(machine.arn, settings);
    if (isDeepStrictEqual(settingsOf(machine), settingsOf(settings))) return machine;
    const { logging: _, ...rest } = machine;
    const revised: DefinedStateMachine = {
      ...rest,
      ...settingsOf(settings),
      hash,
      updateDate: clock.now(),
      revisionId: randomUUID(),
    };
    return save(revised, true);
  }

  function remove(machine: DefinedStateMachine): void {
    if (options.hasRunning(machine.arn)) {
      if (machine.status !== "DELETING") save({ ...machine, status: "DELETING" }, false);
      return;
    }
    store.remove(machine.arn);
    machines.delete(machine.arn);
  }

  /** @throws AwsError StateMachineDoesNotExist */
  function require(arn: string): DefinedStateMachine {
    const machine = machines.get(arn);
    if (machine === undefined) throw machineDoesNotExist(arn);
    return machine;
  }

  return {
    find: (arn: string): DefinedStateMachine | undefined => machines.get(arn),

    require,

    /** @throws AwsError StateMachineDoesNotExist, StateMachineDeleting */
    requireActive(arn: string): DefinedStateMachine {
      const machine = require(arn);
      if (machine.status === "DELETING") throw machineIsBeingDeleted(arn);
      return machine;
    },

    /** By name. */
    list: (): DefinedStateMachine[] =>
      [...machines.values()].sort((one, other) => (one.name < other.name ? -1 : 1)),

    /** Defines or redefines a machine of the stack. */
    declare({ name, ...settings }: StateMachineDraft): void {
      const known = machines.get(machineArn(place, name));
      if (known === undefined) {
        declared.add(make(name, settings, { ofStack: true, tags: {} }).arn);
        return;
      }
      const revised = revise(known, settings);
      declared.add(revised.arn);
      if (!revised.ofStack || revised.status === "DELETING") {
        save({ ...revised, ofStack: true, status: "ACTIVE" }, false);
      }
    },

    /** Lets go of what the stack has declared before and no longer does, and of what could not be let go of yet. */
    sweep(): void {
      for (const machine of [...machines.values()]) {
        const undeclared = machine.ofStack && !declared.has(machine.arn);
        if (undeclared || machine.status === "DELETING") remove(machine);
      }
    },

    /**
     * @returns the machine that is there when one was made with these settings: the role and tags don't count
     * @throws AwsError StateMachineAlreadyExists, StateMachineDeleting, InvalidDefinition, AccessDeniedException
     */
    create(
      name: string,
      settings: MachineSettings,
      tags: Readonly<Record<string, string>>,
    ): DefinedStateMachine {
      const known = machines.get(machineArn(place, name));
      if (known === undefined) return make(name, settings, { ofStack: false, tags });
      if (known.status === "DELETING") throw machineIsBeingDeleted(known.arn);
      const wanted = settingsOf({ ...settings, roleArn: known.roleArn });
      if (isDeepStrictEqual(settingsOf(known), wanted)) return known;
      throw new AwsError(
        "StateMachineAlreadyExists",
        `State Machine Already Exists: '${known.arn}'`,
      );
    },

    update(
      machine: DefinedStateMachine,
      changes: Partial<MachineSettings> & { readonly withoutLogging?: boolean },
    ): DefinedStateMachine {
      if (machine.status === "DELETING") throw machineIsBeingDeleted(machine.arn);
      const { withoutLogging, ...changed } = changes;
      const { logging, ...rest } = { ...settingsOf(machine), ...changed };
      const kept = withoutLogging === true || logging === undefined ? {} : { logging };
      return revise(machine, { ...rest, ...kept });
    },

    remove,

    tag(machine: DefinedStateMachine, tags: Readonly<Record<string, string>>): void {
      save({ ...machine, tags }, false);
    },

    /** An execution has ended: a machine that waited for its last one goes. */
    executionEnded(): void {
      for (const machine of [...machines.values()]) {
        if (machine.status === "DELETING") remove(machine);
      }
    },

    /** What the machine was when an execution of it began, if that is still known. */
    revisionOf(execution: {
      stateMachineArn: string;
      startDate: number;
      definitionHash: string;
    }): Revision | undefined {
      const revision = store.revisionAt(execution.stateMachineArn, execution.startDate);
      const same =
        revision !== undefined &&
        definitionHash(revision.settings.definition) === execution.definitionHash;
      return same ? revision : undefined;
    },
  };
}
