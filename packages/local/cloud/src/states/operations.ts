import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { parseInput } from "../parse-input.ts";
import type { Place } from "../place.ts";
import type { Call, Operation } from "../service.ts";
import type { Executions } from "./executions.ts";
import type { DefinedStateMachine } from "./machines.ts";
import { toWireEvent } from "./wire-event.ts";

const arn = z.string().min(1).max(256);
const token = z.string().min(1).max(1024).optional();
const maxResults = z.int().min(0).max(1000).optional();

/** Lists answer with 100 entries unless told otherwise (ListExecutions, GetExecutionHistory). */
const pageSize = (asked: number | undefined): number =>
  asked === undefined || asked === 0 ? 100 : asked;

const seconds = (milliseconds: number): number => milliseconds / 1000;

/** The operations of AWS Step Functions that the local cloud has; every other name is refused. */
export function statesOperations(options: {
  place: Place;
  executions: Executions;
  machines: ReadonlyMap<string, DefinedStateMachine>;
}): Record<string, Operation> {
  const { executions, machines, place } = options;

  function requireMachine(machineArn: string): DefinedStateMachine {
    if (!machineArn.startsWith(`arn:aws:states:${place.region}:`)) {
      throw new AwsError("InvalidArn", `Invalid Arn: '${machineArn}'`);
    }
    const machine = machines.get(machineArn);
    if (machine === undefined) {
      throw new AwsError(
        "StateMachineDoesNotExist",
        `State Machine Does Not Exist: '${machineArn}'`,
      );
    }
    return machine;
  }

  function requireExecution(executionArn: string) {
    const execution = executions.find(executionArn);
    if (execution === undefined) {
      throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
    }
    return execution;
  }

  return {
    StartExecution(raw: unknown, call: Call) {
      const input = parseInput(
        z.strictObject({
          stateMachineArn: arn,
          name: z
            .string()
            .regex(/^[0-9A-Za-z_-]{1,80}$/)
            .optional(),
          input: z.string().optional(),
          traceHeader: z.string().max(256).optional(),
        }),
        raw,
      );
      call.authorize("states:StartExecution", input.stateMachineArn);
      const machine = requireMachine(input.stateMachineArn);
      const started = executions.start(machine, input.name, input.input ?? "{}");
      return { executionArn: started.executionArn, startDate: seconds(started.startDate) };
    },

    StopExecution(raw, call) {
      const input = parseInput(
        z.strictObject({
          executionArn: arn,
          error: z.string().max(256).optional(),
          cause: z.string().max(32_768).optional(),
        }),
        raw,
      );
      call.authorize("states:StopExecution", input.executionArn);
      requireExecution(input.executionArn);
      return executions
        .stop(input.executionArn, input.error, input.cause)
        .then((stopDate) => ({ stopDate: seconds(stopDate) }));
    },

    DescribeExecution(raw, call) {
      const input = parseInput(
        z.strictObject({
          executionArn: arn,
          includedData: z.enum(["ALL_DATA", "METADATA_ONLY"]).optional(),
        }),
        raw,
      );
      call.authorize("states:DescribeExecution", input.executionArn);
      const execution = requireExecution(input.executionArn);
      const data = input.includedData !== "METADATA_ONLY";
      return {
        executionArn: execution.executionArn,
        stateMachineArn: execution.stateMachineArn,
        name: execution.name,
        status: execution.status,
        startDate: seconds(execution.startDate),
        ...(execution.stopDate === undefined ? {} : { stopDate: seconds(execution.stopDate) }),
        ...(data ? { input: execution.input, inputDetails: { included: true } } : {}),
        ...(data && execution.output !== undefined
          ? { output: execution.output, outputDetails: { included: true } }
          : {}),
        ...(execution.error === undefined ? {} : { error: execution.error }),
        ...(execution.cause === undefined ? {} : { cause: execution.cause }),
        redriveCount: 0,
        redriveStatus: "NOT_REDRIVABLE",
        redriveStatusReason: "The local cloud does not support RedriveExecution",
      };
    },

    ListExecutions(raw, call) {
      const input = parseInput(
        z.strictObject({
          stateMachineArn: arn,
          statusFilter: z
            .enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
            .optional(),
          maxResults,
          nextToken: token,
        }),
        raw,
      );
      call.authorize("states:ListExecutions", input.stateMachineArn);
      requireMachine(input.stateMachineArn);
      const limit = pageSize(input.maxResults);
      const found = executions.list(input.stateMachineArn, {
        before: readToken(input.nextToken, Number.MAX_SAFE_INTEGER),
        limit: limit + 1,
        status: input.statusFilter,
      });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        executions: page.map((execution) => ({
          executionArn: execution.executionArn,
          stateMachineArn: execution.stateMachineArn,
          name: execution.name,
          status: execution.status,
          startDate: seconds(execution.startDate),
          ...(execution.stopDate === undefined ? {} : { stopDate: seconds(execution.stopDate) }),
          redriveCount: 0,
        })),
        ...(found.length > limit && last !== undefined
          ? { nextToken: writeToken(last.position) }
          : {}),
      };
    },

    GetExecutionHistory(raw, call) {
      const input = parseInput(
        z.strictObject({
          executionArn: arn,
          maxResults,
          reverseOrder: z.boolean().optional(),
          nextToken: token,
          includeExecutionData: z.boolean().optional(),
        }),
        raw,
      );
      call.authorize("states:GetExecutionHistory", input.executionArn);
      requireExecution(input.executionArn);
      const reverse = input.reverseOrder === true;
      const limit = pageSize(input.maxResults);
      const events = executions.historyPage(input.executionArn, {
        after: readToken(input.nextToken, reverse ? Number.MAX_SAFE_INTEGER : 0),
        limit: limit + 1,
        reverse,
      });
      const page = events.slice(0, limit);
      const last = page.at(-1);
      return {
        events: page.map((event) => toWireEvent(event, input.includeExecutionData !== false)),
        ...(events.length > limit && last !== undefined ? { nextToken: writeToken(last.id) } : {}),
      };
    },

    DescribeStateMachine(raw, call) {
      const input = parseInput(
        z.strictObject({
          stateMachineArn: arn,
          includedData: z.enum(["ALL_DATA", "METADATA_ONLY"]).optional(),
        }),
        raw,
      );
      call.authorize("states:DescribeStateMachine", input.stateMachineArn);
      const machine = requireMachine(input.stateMachineArn);
      return {
        stateMachineArn: machine.arn,
        name: machine.name,
        status: "ACTIVE",
        definition: machine.definition,
        roleArn: machine.roleArn,
        type: "STANDARD",
        creationDate: seconds(machine.creationDate),
        tracingConfiguration: { enabled: machine.tracing },
        loggingConfiguration: {
          level: machine.logging?.level ?? "OFF",
          includeExecutionData: machine.logging?.includeExecutionData ?? false,
        },
      };
    },

    ListStateMachines(raw, call) {
      parseInput(z.strictObject({ maxResults, nextToken: token }), raw);
      call.authorize("states:ListStateMachines", "*");
      return {
        stateMachines: [...machines.values()].map((machine) => ({
          stateMachineArn: machine.arn,
          name: machine.name,
          type: "STANDARD",
          creationDate: seconds(machine.creationDate),
        })),
      };
    },
  };
}

const writeToken = (position: number): string =>
  Buffer.from(String(position)).toString("base64url");

function readToken(text: string | undefined, start: number): number {
  if (text === undefined) return start;
  const position = Number(Buffer.from(text, "base64url").toString());
  if (!Number.isSafeInteger(position))
    throw new AwsError("InvalidToken", `Invalid Token: '${text}'`);
  return position;
}
