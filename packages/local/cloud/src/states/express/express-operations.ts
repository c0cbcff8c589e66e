import { z } from "zod";
import { parseInput } from "../../parse-input.ts";
import type { Place } from "../../place.ts";
import type { Operation } from "../../service.ts";
import { seconds } from "../epoch-seconds.ts";
import { otherMachineType } from "../errors.ts";
import { startMembers } from "../execution-input.ts";
import type { MachineRegistry } from "../machine-registry.ts";
import { checkArn, checkName } from "../names.ts";
import type { ExpressExecutions } from "./express-executions.ts";

const startInput = z.strictObject({
  ...startMembers,
  includedData: z.enum(["ALL_DATA", "METADATA_ONLY"]).optional(),
});

/** What only EXPRESS machines have. */
export function expressOperations(options: {
  place: Place;
  express: ExpressExecutions;
  machines: MachineRegistry;
}): Record<string, Operation> {
  const { express, machines, place } = options;
  return {
    /** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html, without its bill. */
    async StartSyncExecution(raw, call) {
      const { stateMachineArn, name, input = "{}", ...asked } = parseInput(startInput, raw);
      checkArn(place, "stateMachine", stateMachineArn);
      call.authorize("states:StartSyncExecution", stateMachineArn);
      if (name !== undefined) checkName(name);
      const machine = machines.requireActive(stateMachineArn);
      if (machine.type !== "EXPRESS") throw otherMachineType();
      const ended = await express.startSync(machine, { name, input });
      const data = asked.includedData !== "METADATA_ONLY";
      return {
        executionArn: ended.executionArn,
        stateMachineArn,
        name: ended.name,
        startDate: seconds(ended.startDate),
        stopDate: seconds(ended.stopDate ?? ended.startDate),
        status: ended.status,
        ...(ended.error === undefined ? {} : { error: ended.error }),
        ...(ended.cause === undefined ? {} : { cause: ended.cause }),
        ...(data ? { input, inputDetails: { included: true } } : {}),
        // As recorded on AWS, the details are there without an output as well.
        ...(data ? { outputDetails: { included: true } } : {}),
        ...(data && ended.output !== undefined ? { output: ended.output } : {}),
        ...(asked.traceHeader === undefined ? {} : { traceHeader: asked.traceHeader }),
      };
    },
  };
}
