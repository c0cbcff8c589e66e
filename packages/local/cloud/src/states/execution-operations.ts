import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { parseInput } from "../parse-input.ts";
import type { Place } from "../place.ts";
import type { Operation } from "../service.ts";
import { machineDoesNotExist, machineIsBeingDeleted } from "./errors.ts";
import type { Executions } from "./executions.ts";
import type { MachineRegistry } from "./machine-registry.ts";
import type { DefinedStateMachine } from "./machines.ts";
import { checkArn, checkName } from "./names.ts";
import { pageInput, pageSize, readNumberToken, writeToken } from "./paging.ts";
import type { StoredExecution } from "./store.ts";
import { toWireEvent } from "./wire-event.ts";

const arn = z.string().min(1).max(256);
const seconds = (milliseconds: number): number => milliseconds / 1000;

const startInput = z.strictObject({
  stateMachineArn: arn,
  name: z.string().min(1).max(80).optional(),
  input: z.string().optional(),
});
const stopInput = z.strictObject({
  executionArn: arn,
  error: z.string().max(256).optional(),
  cause: z.string().max(32_768).optional(),
});
const describeInput = z.strictObject({
  executionArn: arn,
  includedData: z.enum(["ALL_DATA", "METADATA_ONLY"]).optional(),
});
const listInput = z.strictObject({
  stateMachineArn: arn,
  statusFilter: z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]).optional(),
  ...pageInput,
});
const historyInput = z.strictObject({
  executionArn: arn,
  reverseOrder: z.boolean().optional(),
  includeExecutionData: z.boolean().optional(),
  ...pageInput,
});

/** Starting, stopping and looking at executions. */
export function executionOperations(options: {
  place: Place;
  executions: Executions;
  machines: MachineRegistry;
}): Record<string, Operation> {
  const { executions, machines, place } = options;

  function requireMachine(machineArn: string): DefinedStateMachine {
    const machine = machines.find(machineArn);
    if (machine === undefined) throw machineDoesNotExist(machineArn);
    return machine;
  }

  function requireActive(machineArn: string): DefinedStateMachine {
    const machine = requireMachine(machineArn);
    if (machine.status === "DELETING") throw machineIsBeingDeleted(machineArn);
    return machine;
  }

  return {
    async StartExecution(raw, call) {
      const input = parseInput(startInput, raw);
      checkArn(place, "stateMachine", input.stateMachineArn);
      call.authorize("states:StartExecution", input.stateMachineArn);
      if (input.name !== undefined) checkName(input.name);
      const current = () => requireActive(input.stateMachineArn);
      const { name } = current();
      const started = await executions.start(name, current, input.name, input.input ?? "{}");
      return { executionArn: started.executionArn, startDate: seconds(started.startDate) };
    },

    StopExecution(raw, call) {
      const input = parseInput(stopInput, raw);
      checkArn(place, "execution", input.executionArn);
      call.authorize("states:StopExecution", input.executionArn);
      requireExecution(executions, input.executionArn);
      return executions
        .stop(input.executionArn, input.error, input.cause)
        .then((stopDate) => ({ stopDate: seconds(stopDate) }));
    },

    DescribeExecution(raw, call) {
      const input = parseInput(describeInput, raw);
      checkArn(place, "execution", input.executionArn);
      call.authorize("states:DescribeExecution", input.executionArn);
      const execution = requireExecution(executions, input.executionArn);
      const data = input.includedData !== "METADATA_ONLY";
      return {
        ...summary(execution),
        ...(data ? { input: execution.input, inputDetails: { included: true } } : {}),
        ...(data && execution.output !== undefined
          ? { output: execution.output, outputDetails: { included: true } }
          : {}),
        ...(execution.error === undefined ? {} : { error: execution.error }),
        ...(execution.cause === undefined ? {} : { cause: execution.cause }),
        redriveStatus: "NOT_REDRIVABLE",
        redriveStatusReason: "The local cloud does not support RedriveExecution",
      };
    },

    ListExecutions(raw, call) {
      const input = parseInput(listInput, raw);
      checkArn(place, "stateMachine", input.stateMachineArn);
      call.authorize("states:ListExecutions", input.stateMachineArn);
      requireMachine(input.stateMachineArn);
      const limit = pageSize(input.maxResults);
      const found = executions.list(input.stateMachineArn, {
        before: readNumberToken(input.nextToken, Number.MAX_SAFE_INTEGER),
        limit: limit + 1,
        status: input.statusFilter,
      });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        executions: page.map(summary),
        ...(found.length > limit && last !== undefined
          ? { nextToken: writeToken(last.position) }
          : {}),
      };
    },

    GetExecutionHistory(raw, call) {
      const input = parseInput(historyInput, raw);
      checkArn(place, "execution", input.executionArn);
      call.authorize("states:GetExecutionHistory", input.executionArn);
      requireExecution(executions, input.executionArn);
      const reverse = input.reverseOrder === true;
      const limit = pageSize(input.maxResults);
      const events = executions.historyPage(input.executionArn, {
        after: readNumberToken(input.nextToken, reverse ? Number.MAX_SAFE_INTEGER : 0),
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
  };
}

/** @throws AwsError ExecutionDoesNotExist */
export function requireExecution(executions: Executions, executionArn: string): StoredExecution {
  const execution = executions.find(executionArn);
  if (execution !== undefined) return execution;
  throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
}

const summary = (execution: StoredExecution) => ({
  executionArn: execution.executionArn,
  stateMachineArn: execution.stateMachineArn,
  name: execution.name,
  status: execution.status,
  startDate: seconds(execution.startDate),
  ...(execution.stopDate === undefined ? {} : { stopDate: seconds(execution.stopDate) }),
  redriveCount: 0,
});
