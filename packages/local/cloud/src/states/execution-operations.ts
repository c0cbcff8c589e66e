import type { Clock } from "@darkroom/states";
import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { parseInput } from "../parse-input.ts";
import type { Place } from "../place.ts";
import type { Call, Operation } from "../service.ts";
import type { ChildExecutions, ListedChild } from "./child-executions.ts";
import { seconds } from "./epoch-seconds.ts";
import { executionDoesNotExist, mapRunDoesNotExist, otherMachineType } from "./errors.ts";
import { startMembers } from "./execution-input.ts";
import type { Executions } from "./executions.ts";
import type { ExpressExecutions } from "./express/express-executions.ts";
import type { MachineRegistry } from "./machine-registry.ts";
import { checkArn, checkName } from "./names.ts";
import { pageInput, pageSize, readNumberToken, writeToken } from "./paging.ts";
import { type RedriveStatus, redriveObstacle, redriveStatus } from "./redrive.ts";
import type { ExecutionsPage, StoredExecution } from "./store.ts";
import { toWireEvent } from "./wire-event.ts";

const arn = z.string().min(1).max(256);

const startInput = z.strictObject(startMembers);
const redriveInput = z.strictObject({
  executionArn: arn,
  clientToken: z.string().min(1).max(64).optional(),
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
  stateMachineArn: arn.optional(),
  mapRunArn: z.string().min(1).max(2000).optional(),
  statusFilter: z
    .enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"])
    .optional(),
  redriveFilter: z.enum(["REDRIVEN", "NOT_REDRIVEN"]).optional(),
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
  express: ExpressExecutions;
  children: ChildExecutions;
  clock: Clock;
}): Record<string, Operation> {
  const { children, clock, executions, express, machines, place } = options;

  const redriveStatusOf = (execution: StoredExecution): RedriveStatus =>
    redriveStatus(
      {
        ...execution,
        machineStatus: machines.find(execution.stateMachineArn)?.status,
        isChild: execution.mapRunArn !== undefined,
        eventCount: () => executions.lastEventId(execution.executionArn),
      },
      clock.now(),
    );

  function listOf(
    call: Call,
    stateMachineArn: string | undefined,
    mapRunArn: string | undefined,
    page: ExecutionsPage,
  ): readonly (StoredExecution | ListedChild)[] {
    if (stateMachineArn !== undefined && mapRunArn === undefined) {
      checkArn(place, "stateMachine", stateMachineArn);
      call.authorize("states:ListExecutions", stateMachineArn);
      if (machines.require(stateMachineArn).type === "EXPRESS") throw otherMachineType();
      if (page.status === "PENDING_REDRIVE") {
        throw new AwsError(
          "ValidationException",
          "The statusFilter PENDING_REDRIVE needs a mapRunArn.",
        );
      }
      return executions.list(stateMachineArn, page);
    }
    if (stateMachineArn === undefined && mapRunArn !== undefined) {
      checkArn(place, "mapRun", mapRunArn);
      call.authorize("states:ListExecutions", mapRunArn);
      const found = children.list(mapRunArn, page);
      if (found === undefined) throw mapRunDoesNotExist(mapRunArn);
      return found;
    }
    throw new AwsError(
      "ValidationException",
      "Must provide either the stateMachineArn or the mapRunArn, and not both.",
    );
  }

  return {
    async StartExecution(raw, call) {
      const { stateMachineArn, name, input = "{}", traceHeader } = parseInput(startInput, raw);
      checkArn(place, "stateMachine", stateMachineArn);
      call.authorize("states:StartExecution", stateMachineArn);
      if (name !== undefined) checkName(name);
      const current = () => machines.requireActive(stateMachineArn);
      const machine = current();
      const started =
        machine.type === "EXPRESS"
          ? await express.start(current, { name, input })
          : await executions.start(machine.name, current, { name, input, traceHeader });
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
      const { mapRunArn } = execution;
      const data = input.includedData !== "METADATA_ONLY";
      return {
        ...summary(execution),
        ...(data ? { input: execution.input, inputDetails: { included: true } } : {}),
        ...(data && execution.output !== undefined
          ? { output: execution.output, outputDetails: { included: true } }
          : {}),
        ...(execution.error === undefined ? {} : { error: execution.error }),
        ...(execution.cause === undefined ? {} : { cause: execution.cause }),
        ...(execution.traceHeader === undefined ? {} : { traceHeader: execution.traceHeader }),
        ...(mapRunArn === undefined ? {} : { mapRunArn }),
        ...redriveStatusOf(execution),
      };
    },

    async RedriveExecution(raw, call) {
      const input = parseInput(redriveInput, raw);
      checkArn(place, "execution", input.executionArn);
      call.authorize("states:RedriveExecution", input.executionArn);
      requireExecution(executions, input.executionArn);
      const redriveDate = await executions.redrive(
        input.executionArn,
        input.clientToken,
        (execution) => redriveObstacle(redriveStatusOf(execution)),
      );
      return { redriveDate: seconds(redriveDate) };
    },

    ListExecutions(raw, call) {
      const input = parseInput(listInput, raw);
      const { stateMachineArn, mapRunArn } = input;
      const limit = pageSize(input.maxResults);
      const asked: ExecutionsPage = {
        before: readNumberToken(input.nextToken, Number.MAX_SAFE_INTEGER),
        limit: limit + 1,
        status: input.statusFilter,
        redriven:
          input.redriveFilter === undefined ? undefined : input.redriveFilter === "REDRIVEN",
      };
      const found = listOf(call, stateMachineArn, mapRunArn, asked);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        executions: page.map((execution) => ({
          ...summary(execution),
          ...(mapRunArn === undefined ? {} : { mapRunArn }),
          ...("itemCount" in execution ? { itemCount: execution.itemCount } : {}),
        })),
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
  throw executionDoesNotExist(executionArn);
}

const summary = (execution: StoredExecution | ListedChild) => ({
  executionArn: execution.executionArn,
  stateMachineArn: execution.stateMachineArn,
  name: execution.name,
  status: execution.status,
  startDate: seconds(execution.startDate),
  ...(execution.stopDate === undefined ? {} : { stopDate: seconds(execution.stopDate) }),
  redriveCount: execution.redriveCount,
  ...(execution.redriveDate === undefined ? {} : { redriveDate: seconds(execution.redriveDate) }),
});
