import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import type { Clock } from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import type { Place } from "../place.ts";
import type { FunctionDraft, PermissionDraft } from "../terraform/draft.ts";
import { type Code, removeOtherCode, unpackArchive } from "./code-archive.ts";
import {
  cannotBeDefined,
  checkDefinition,
  checkSettings,
  type FunctionSettings,
} from "./function-definition.ts";
import { latestVersion, readFunctionName } from "./function-name.ts";
import { resourcePolicy } from "./resource-policy.ts";

export interface DeployedFunction {
  readonly definition: FunctionDraft;
  readonly code: Code;
  /** Folders that stand for its layers, in order. */
  readonly layerFolders: readonly string[];
  /** Changes with every change of the configuration. */
  readonly revisionId: string;
  /** Epoch milliseconds. */
  readonly lastModified: number;
}

export type Functions = ReturnType<typeof createFunctions>;

/** The functions of the stack: as it defines them, until an operator changes one for the life of this process. */
export function createFunctions(options: {
  place: Place;
  codeFolder: string;
  stackFolder: string;
  layerFolders: ReadonlyMap<string, string>;
  clock: Clock;
  requireTrust: (roleArn: string, servicePrincipal: string, sourceArn: string) => void;
  onChange: (functionName: string) => void;
}) {
  const { place, clock } = options;
  const functions = new Map<string, DeployedFunction>();
  const permissions = new Map<string, Map<string, PermissionDraft>>();

  function set(
    definition: FunctionDraft,
    rest: Pick<DeployedFunction, "code" | "layerFolders">,
  ): DeployedFunction {
    const deployed = {
      ...rest,
      definition,
      revisionId: randomUUID(),
      lastModified: clock.now(),
    };
    functions.set(definition.name, deployed);
    options.onChange(definition.name);
    return deployed;
  }

  return {
    /** @throws Error that names the function and what about it can't be run here. */
    put(definition: FunctionDraft): void {
      checkDefinition(definition);
      try {
        options.requireTrust(definition.roleArn, "lambda.amazonaws.com", definition.arn);
      } catch (error) {
        throw cannotBeDefined(definition.name, error);
      }
      const layerFolders = definition.layers.map((layer) => {
        const folder = options.layerFolders.get(layer);
        if (folder !== undefined) return folder;
        throw new Error(
          `The function ${definition.name} uses the layer ${layer}, for which no folder of this machine was given.`,
        );
      });
      const code = unpackArchive(
        resolve(options.stackFolder, definition.archive),
        options.codeFolder,
      );
      set(definition, { code, layerFolders });
    },

    putPermission(permission: PermissionDraft): void {
      const statements = permissions.get(permission.functionName) ?? new Map();
      statements.set(permission.statementId, permission);
      permissions.set(permission.functionName, statements);
    },

    /** Who may invoke a function beside those whose own policies say so, as JSON text. */
    policy(name: string, arn: string): string | undefined {
      const statements = permissions.get(name);
      return statements === undefined ? undefined : resourcePolicy(arn, [...statements.values()]);
    },

    reference: (text: string) => readFunctionName(text, place),

    find: (name: string): DeployedFunction | undefined => functions.get(name),

    /** @throws AwsError ResourceNotFoundException in Lambda's words. */
    require(text: string, qualifier?: string | undefined): DeployedFunction {
      const reference = readFunctionName(text, place);
      const version = qualifier ?? reference.qualifier;
      const found = functions.get(reference.name);
      if (
        found?.definition.arn === reference.arn &&
        (version === undefined || version === latestVersion)
      ) {
        return found;
      }
      throw new AwsError(
        "ResourceNotFoundException",
        `Function not found: ${reference.arn}${version === undefined ? "" : `:${version}`}`,
        { status: 404 },
      );
    },

    /** By name. */
    list: (): DeployedFunction[] =>
      [...functions.values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1)),

    /** Lasts until the process ends: at the next start the stack's definition rules again. */
    update(deployed: DeployedFunction, changes: Partial<FunctionSettings>): DeployedFunction {
      const definition = { ...deployed.definition, ...changes };
      checkSettings(definition);
      return set(definition, deployed);
    },

    /** Removes code that no function of the stack has any more. */
    sweep(): void {
      removeOtherCode(
        options.codeFolder,
        [...functions.values()].map(({ code }) => code),
      );
    },
  };
}

/** The folder below the service's own where code is unpacked. */
export const codeFolderIn = (folder: string): string => join(folder, "code");
