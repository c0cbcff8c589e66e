import type { Diagnostic } from "@darkroom/states";
import { InvalidDefinitionError } from "@darkroom/states";
import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { parseInput } from "../parse-input.ts";
import type { Place } from "../place.ts";
import type { Call, Operation } from "../service.ts";
import { seconds } from "./epoch-seconds.ts";
import { requireExecution } from "./execution-operations.ts";
import type { Executions } from "./executions.ts";
import {
  checkRoleArn,
  definitionText,
  machineArnText,
  machineType,
  readLogging,
  settingsInput,
  tagList,
} from "./machine-input.ts";
import type { MachineRegistry } from "./machine-registry.ts";
import { type MachineSettings, parseDefinition } from "./machines.ts";
import { checkArn, checkName, machineArn, machineNameOf } from "./names.ts";
import { pageInput, pageSize, readToken, writeToken } from "./paging.ts";
import { withTags } from "./tag-operations.ts";

const createInput = z.strictObject({
  name: z.string().min(1).max(80),
  definition: definitionText,
  roleArn: z.string().min(1).max(256),
  type: machineType,
  tags: tagList.optional(),
  ...settingsInput,
});
const updateInput = z.strictObject({
  stateMachineArn: machineArnText,
  definition: definitionText.optional(),
  roleArn: z.string().min(1).max(256).optional(),
  ...settingsInput,
});
const includedData = z.enum(["ALL_DATA", "METADATA_ONLY"]).optional();
const describeInput = z.strictObject({ stateMachineArn: machineArnText, includedData });
const describeForExecutionInput = z.strictObject({ executionArn: machineArnText, includedData });
/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html */
const shown = (
  definition: string,
  asked: { includedData?: z.infer<typeof includedData> },
): string => (asked.includedData === "METADATA_ONLY" ? "{}" : definition);
const validateInput = z.strictObject({
  definition: definitionText,
  type: machineType,
  severity: z.enum(["ERROR", "WARNING"]).optional(),
  maxResults: z.int().min(0).max(100).optional(),
});

/** Making, changing, deleting and looking at state machines. */
export function machineOperations(options: {
  place: Place;
  executions: Executions;
  machines: MachineRegistry;
}): Record<string, Operation> {
  const { executions, machines, place } = options;

  /** Who makes a machine gives it a role: that needs a permission of its own. */
  function authorizeRole(call: Call, roleArn: string): void {
    checkRoleArn(roleArn);
    call.authorize("iam:PassRole", roleArn, {
      context: { "iam:PassedToService": "states.amazonaws.com" },
    });
  }

  const describeSettings = ({
    logging,
    tracing,
  }: Pick<MachineSettings, "logging" | "tracing">) => ({
    loggingConfiguration: {
      level: logging?.level ?? "OFF",
      includeExecutionData: logging?.includeExecutionData ?? false,
      ...(logging === undefined
        ? {}
        : {
            destinations: [
              {
                cloudWatchLogsLogGroup: {
                  logGroupArn: `arn:aws:logs:${place.region}:${place.accountId}:log-group:${logging.logGroupName}:*`,
                },
              },
            ],
          }),
    },
    tracingConfiguration: { enabled: tracing },
    encryptionConfiguration: { type: "AWS_OWNED_KEY" },
  });

  return {
    CreateStateMachine(raw, call) {
      const input = parseInput(createInput, raw);
      checkName(input.name);
      call.authorize("states:CreateStateMachine", machineArn(place, input.name));
      authorizeRole(call, input.roleArn);
      const tags = withTags({}, input.tags ?? []);
      if (Object.keys(tags).length > 0) {
        call.authorize("states:TagResource", machineArn(place, input.name));
      }
      const logging = readLogging(place, input.loggingConfiguration ?? {});
      const settings = {
        type: input.type,
        roleArn: input.roleArn,
        definition: input.definition,
        tracing: input.tracingConfiguration?.enabled ?? false,
        ...(logging === undefined ? {} : { logging }),
      };
      const { arn, creationDate } = machines.create(input.name, settings, tags);
      return { stateMachineArn: arn, creationDate: seconds(creationDate) };
    },

    UpdateStateMachine(raw, call) {
      const { stateMachineArn, publish: _, ...input } = parseInput(updateInput, raw);
      checkArn(place, "stateMachine", stateMachineArn);
      call.authorize("states:UpdateStateMachine", stateMachineArn);
      if (input.roleArn !== undefined) authorizeRole(call, input.roleArn);
      const machine = machines.require(stateMachineArn);
      if (Object.keys(input).length === 0) {
        throw new AwsError(
          "MissingRequiredParameter",
          "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
        );
      }
      const { loggingConfiguration, tracingConfiguration } = input;
      const logging =
        loggingConfiguration === undefined ? undefined : readLogging(place, loggingConfiguration);
      const updated = machines.update(machine, {
        ...(input.definition === undefined ? {} : { definition: input.definition }),
        ...(input.roleArn === undefined ? {} : { roleArn: input.roleArn }),
        ...(tracingConfiguration === undefined
          ? {}
          : { tracing: tracingConfiguration.enabled ?? false }),
        ...(logging === undefined ? {} : { logging }),
        withoutLogging: loggingConfiguration !== undefined && logging === undefined,
      });
      return {
        updateDate: seconds(updated.updateDate),
        ...(updated.revisionId === undefined ? {} : { revisionId: updated.revisionId }),
      };
    },

    DeleteStateMachine(raw, call) {
      const input = parseInput(z.strictObject({ stateMachineArn: machineArnText }), raw);
      checkArn(place, "stateMachine", input.stateMachineArn);
      call.authorize("states:DeleteStateMachine", input.stateMachineArn);
      const machine = machines.find(input.stateMachineArn);
      if (machine !== undefined) machines.remove(machine);
      return {};
    },

    DescribeStateMachine(raw, call) {
      const input = parseInput(describeInput, raw);
      checkArn(place, "stateMachine", input.stateMachineArn);
      call.authorize("states:DescribeStateMachine", input.stateMachineArn);
      const machine = machines.require(input.stateMachineArn);
      return {
        stateMachineArn: machine.arn,
        name: machine.name,
        status: machine.status,
        definition: shown(machine.definition, input),
        roleArn: machine.roleArn,
        type: machine.type,
        creationDate: seconds(machine.creationDate),
        ...describeSettings(machine),
        ...(machine.revisionId === undefined ? {} : { revisionId: machine.revisionId }),
      };
    },

    /** The machine as the execution has it, whatever became of the machine since. */
    DescribeStateMachineForExecution(raw, call) {
      const input = parseInput(describeForExecutionInput, raw);
      const { executionArn } = input;
      checkArn(place, "execution", executionArn);
      call.authorize("states:DescribeStateMachineForExecution", executionArn);
      const execution = requireExecution(executions, executionArn);
      const { mapRunArn } = execution;
      const [machineName = "", label] = machineNameOf(execution.stateMachineArn).split("/");
      const stateMachineArn = machineArn(place, machineName);
      const revision = machines.revisionOf({ ...execution, stateMachineArn });
      return {
        stateMachineArn,
        name: machineName,
        ...(mapRunArn === undefined ? {} : { mapRunArn, label }),
        definition: shown(executions.definitionOf(execution), input),
        roleArn: execution.roleArn,
        updateDate: seconds(revision?.date ?? execution.startDate),
        ...describeSettings(revision?.settings ?? { tracing: false }),
        ...(revision?.id === undefined ? {} : { revisionId: revision.id }),
      };
    },

    ListStateMachines(raw, call) {
      const input = parseInput(z.strictObject(pageInput), raw);
      call.authorize("states:ListStateMachines", "*");
      const after = input.nextToken === undefined ? "" : readToken(input.nextToken);
      const rest = machines.list().filter(({ name }) => name > after);
      const page = rest.slice(0, pageSize(input.maxResults));
      const last = page.at(-1);
      return {
        stateMachines: page.map((machine) => ({
          stateMachineArn: machine.arn,
          name: machine.name,
          type: machine.type,
          creationDate: seconds(machine.creationDate),
        })),
        ...(rest.length > page.length && last !== undefined
          ? { nextToken: writeToken(last.name) }
          : {}),
      };
    },

    /** There is nothing here that is only warned of. */
    ValidateStateMachineDefinition(raw, call) {
      const input = parseInput(validateInput, raw);
      call.authorize("states:ValidateStateMachineDefinition", "*");
      const diagnostics = faultsOf(input.definition, input.type);
      const most =
        input.maxResults === undefined || input.maxResults === 0 ? 100 : input.maxResults;
      return {
        result: diagnostics.length === 0 ? "OK" : "FAIL",
        diagnostics: diagnostics.slice(0, most).map((one) => ({ severity: "ERROR", ...one })),
        truncated: diagnostics.length > most,
      };
    },
  };
}

function faultsOf(definition: string, type: MachineSettings["type"]): readonly Diagnostic[] {
  try {
    parseDefinition(definition, type);
    return [];
  } catch (error) {
    const { cause } = error as Error;
    if (cause instanceof InvalidDefinitionError) return cause.diagnostics;
    throw error;
  }
}
