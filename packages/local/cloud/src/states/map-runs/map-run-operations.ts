import { z } from "zod";
import { AwsError } from "../../aws-error.ts";
import { parseInput } from "../../parse-input.ts";
import type { Place } from "../../place.ts";
import type { Operation } from "../../service.ts";
import { seconds } from "../epoch-seconds.ts";
import { executionDoesNotExist, mapRunDoesNotExist } from "../errors.ts";
import { checkArn } from "../names.ts";
import { pageInput, pageSize, readNumberToken, writeToken } from "../paging.ts";
import type { StatesStore } from "../store.ts";
import type { MapRuns } from "./map-run-host.ts";
import type { StoredMapRun } from "./stored-map-run.ts";

const mapRunArn = z.string().min(1).max(2000);

const describeInput = z.strictObject({ mapRunArn });
const listInput = z.strictObject({ executionArn: z.string().min(1).max(256), ...pageInput });
const updateInput = z.strictObject({
  mapRunArn,
  maxConcurrency: z.int().min(0).max(2_147_483_647).optional(),
  toleratedFailureCount: z.int().min(0).optional(),
  toleratedFailurePercentage: z.number().min(0).max(100).optional(),
});

/** Looking at the runs of Distributed Maps, and steering them. */
export function mapRunOperations(options: {
  place: Place;
  store: StatesStore;
  mapRuns: MapRuns;
}): Record<string, Operation> {
  const { place, store, mapRuns } = options;

  function requireMapRun(arn: string): StoredMapRun {
    const mapRun = store.mapRuns.find(arn);
    if (mapRun !== undefined) return mapRun;
    throw mapRunDoesNotExist(arn);
  }

  return {
    DescribeMapRun(raw, call) {
      const input = parseInput(describeInput, raw);
      checkArn(place, "mapRun", input.mapRunArn);
      call.authorize("states:DescribeMapRun", input.mapRunArn);
      const mapRun = requireMapRun(input.mapRunArn);
      const { limits } = mapRun;
      const { executions, items } = store.mapRuns.counts(mapRun.run);
      return {
        mapRunArn: mapRun.mapRunArn,
        executionArn: mapRun.executionArn,
        status: mapRun.status,
        startDate: seconds(mapRun.startDate),
        ...stopDate(mapRun),
        maxConcurrency: limits.maxConcurrency,
        toleratedFailureCount: limits.toleratedFailureCount ?? 0,
        toleratedFailurePercentage: limits.toleratedFailurePercentage ?? 0,
        itemCounts: { ...items, failuresNotRedrivable: 0 },
        executionCounts: { ...executions, failuresNotRedrivable: 0 },
        redriveCount: mapRun.redriveCount,
        ...(mapRun.redriveDate === undefined ? {} : { redriveDate: seconds(mapRun.redriveDate) }),
      };
    },

    ListMapRuns(raw, call) {
      const input = parseInput(listInput, raw);
      checkArn(place, "execution", input.executionArn);
      call.authorize("states:ListMapRuns", input.executionArn);
      const execution = store.find(input.executionArn);
      if (execution === undefined) throw executionDoesNotExist(input.executionArn);
      const limit = pageSize(input.maxResults);
      const found = store.mapRuns.ofExecution(input.executionArn, {
        before: readNumberToken(input.nextToken, Number.MAX_SAFE_INTEGER),
        limit: limit + 1,
      });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        mapRuns: page.map((mapRun) => ({
          executionArn: mapRun.executionArn,
          mapRunArn: mapRun.mapRunArn,
          stateMachineArn: mapRun.childStateMachineArn,
          startDate: seconds(mapRun.startDate),
          ...stopDate(mapRun),
        })),
        ...(found.length > limit && last !== undefined ? { nextToken: writeToken(last.run) } : {}),
      };
    },

    async UpdateMapRun(raw, call) {
      const { mapRunArn: arn, ...changes } = parseInput(updateInput, raw);
      checkArn(place, "mapRun", arn);
      call.authorize("states:UpdateMapRun", arn);
      const mapRun = requireMapRun(arn);
      if (mapRun.status !== "RUNNING") {
        throw new AwsError(
          "ValidationException",
          `The Map Run is ${mapRun.status}; only one that is RUNNING can be updated: '${arn}'`,
        );
      }
      const changed = Object.fromEntries(
        Object.entries(changes).filter(([, value]) => value !== undefined),
      );
      await mapRuns.setLimits(arn, (limits) => ({ ...limits, ...changed }));
      return {};
    },
  };
}

const stopDate = (mapRun: StoredMapRun) =>
  mapRun.stopDate === undefined ? {} : { stopDate: seconds(mapRun.stopDate) };
