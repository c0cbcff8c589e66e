import { type Json, TaskFailedError } from "@darkroom/states";
import {
  fakeClock,
  type MachineRun,
  type MemoryStorage,
  memoryStorage,
  runMachine,
  type TestTask,
} from "@darkroom/states/testing";
import type * as z from "zod";
import {
  bucketRegion,
  findBucketRegionInput,
  type ListingProgress,
  listDifferencesInput,
  listDifferencesOutput,
  noProgress,
  shardInput,
  shardOutput,
  syncSummary,
  writeReportInput,
} from "./contracts.ts";
import { arnOf, deployedMachine } from "./deployed-machine.ts";
import { orphansRefused } from "./orphans-refused.ts";

/** Where the runs of these tests are: their execution is called `run`. */
export const prefix = "runs/run/";

/** What a test says of the listing; the rest is 0. */
export const progressOf = (progress: Partial<ListingProgress> = {}): ListingProgress => ({
  ...noProgress,
  listRequests: 2,
  ...progress,
});

const noFates = {
  copied: 0,
  deleted: 0,
  vanished: 0,
  archived: 0,
  failed: 0,
  bytes: 0,
  requests: 0,
};

/** A task that parses its input as the real one does, and answers as the contract says. */
const contracted =
  <Input, Output>(
    input: z.ZodType<Input>,
    output: z.ZodType<Output>,
    answer: (input: Input) => Output,
  ): TestTask =>
  (value) => {
    const parsed = input.safeParse(value);
    if (!parsed.success) throw new TaskFailedError("InvalidInputError", parsed.error.message);
    return output.parse(answer(parsed.data)) as Json;
  };

const summary = {
  ok: true,
  dryRun: false,
  listed: 0,
  differing: 0,
  copied: 0,
  unchanged: 0,
  orphans: 0,
  deleted: 0,
  vanished: 0,
  archived: 0,
  failed: 0,
  bytes: 0,
  seconds: 1,
  report: `s3://runs-bucket/${prefix}report.html`,
};

export const findingRegions = (regions: { source: string; destination: string }): TestTask =>
  contracted(findBucketRegionInput, bucketRegion, ({ bucket, sync }) => ({
    bucket: sync[bucket],
    region: regions[bucket],
  }));

/** Lists what the test says, one answer a call, and writes as many shards as that tells of. */
export const listing =
  (...answers: Partial<ListingProgress>[]) =>
  (storage: MemoryStorage): TestTask => {
    let calls = 0;
    return contracted(listDifferencesInput, listDifferencesOutput, ({ run, sync }) => {
      const progress = progressOf(answers[calls]);
      calls += 1;
      for (const [folder, shards] of [
        ["copy", progress.copyShards],
        ["orphans", progress.orphanShards],
      ] as const) {
        for (let number = 1; number <= shards; number += 1) {
          storage.objects.set(`${run.prefix}${folder}/0000000${number}.jsonl`, "{}\n");
        }
      }
      const done = calls >= answers.length;
      return { done, progress, orphansRefused: orphansRefused(sync, progress) };
    });
  };

export const reporting = (changes: Partial<z.infer<typeof syncSummary>> = {}): TestTask =>
  contracted(writeReportInput, syncSummary, ({ sync }) => ({
    ...summary,
    dryRun: sync.dryRun,
    ...changes,
  }));

export interface SyncRunOutcome extends MachineRun {
  /** What each function was called with, in order. */
  readonly calls: readonly { task: string; input: unknown }[];
  /** The states of the machine itself, in the order they were entered. */
  readonly path: readonly string[];
  readonly storage: MemoryStorage;
}

export interface SyncWorld {
  input?: Json;
  /** Instead of those that go well. */
  tasks?: Readonly<Record<string, TestTask>>;
  list?: (storage: MemoryStorage) => TestTask;
  /** The Maps can't list the run's shards. */
  areShardsUnlistable?: boolean;
}

/** Runs the machine with two buckets in one region, and nothing to do but what the test lists. */
export async function runSyncBuckets({
  input = { source: "from", destination: "into" },
  tasks = {},
  list = listing({}),
  areShardsUnlistable = false,
}: SyncWorld = {}): Promise<SyncRunOutcome> {
  const storage = memoryStorage();
  const calls: { task: string; input: unknown }[] = [];
  const fine: Readonly<Record<string, TestTask>> = {
    FindBucketRegion: findingRegions({ source: "eu-west-1", destination: "eu-west-1" }),
    ListDifferences: list(storage),
    CopyObjects: contracted(shardInput, shardOutput, () => ({ ...noFates, copied: 500 })),
    DeleteOrphans: contracted(shardInput, shardOutput, () => ({ ...noFates, deleted: 1 })),
    WriteReport: reporting(),
  };
  const named = Object.entries({ ...fine, ...tasks }).map(([task, answer]): [string, TestTask] => [
    arnOf(task),
    (value, invocation) => {
      calls.push({ task, input: value });
      return answer(value, invocation);
    },
  ]);
  const run = await runMachine({
    definition: deployedMachine,
    input,
    clock: fakeClock(),
    storage: areShardsUnlistable ? { ...storage, list: refusing } : storage,
    tasks: Object.fromEntries(named),
  });
  return {
    ...run,
    calls,
    storage,
    path: run.events.flatMap(({ type, stateEnteredEventDetails: entered }) =>
      type.endsWith("StateEntered") ? [String(entered?.name)] : [],
    ),
  };
}

// biome-ignore lint/correctness/useYield: it fails before it has anything to give
const refusing: MemoryStorage["list"] = async function* () {
  throw new TaskFailedError("S3.S3Exception", "Access Denied");
};

/** A function that fails as Lambda tells of it. */
export const failing =
  (name: string, message: string): TestTask =>
  () => {
    throw new TaskFailedError(name, JSON.stringify({ errorType: name, errorMessage: message }));
  };

export const callsOf = ({ calls }: Pick<SyncRunOutcome, "calls">, task: string) =>
  calls.filter((call) => call.task === task);
