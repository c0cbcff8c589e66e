import type { FakeClock, TestJob, TestTask, TestWorker } from "../testing/index.ts";
import type { ExecutionStatus, HistoryEvent, Json } from "../types.ts";

/** How a feature shows itself: what a small definition does with it. */
export type FeatureCase =
  | {
      /** JSON text where an object could not hold it. */
      readonly definition: object | string;
      readonly input?: Json;
      /** Instead of tasks that give back what they are given. */
      readonly tasks?: (clock: FakeClock) => Readonly<Record<string, TestTask>>;
      readonly jobs?: Readonly<Record<string, TestJob>>;
      readonly activities?: Readonly<Record<string, TestWorker>>;
      /** What Distributed Maps read and write: the objects of all buckets by their keys. */
      readonly objects?: Readonly<Record<string, string>>;
      readonly random?: () => number;
      /** What the execution comes to: SUCCEEDED unless it is given. */
      readonly status?: ExecutionStatus;
      readonly output?: Json;
      readonly error?: string;
      readonly cause?: string;
      /** How long it takes on its clock. */
      readonly seconds?: number;
      /** What the history must hold. */
      readonly event?: Partial<HistoryEvent>;
    }
  | {
      readonly definition: object;
      /** What the message of the refusal holds. */
      readonly refused: string;
    };

/** The cases of an area by the id that the table in docs/feature-support.md has in its last column. */
export type FeatureCases = Readonly<Record<string, FeatureCase>>;

export const lambda = "arn:aws:lambda:us-east-1:111111111111:function:echo";
export const invoke = "arn:aws:states:::lambda:invoke";

/** A machine of one state, or a branch: there the name must be another one. */
export const only = (state: object, name = "S"): object => ({
  StartAt: name,
  States: { [name]: { ...state, End: true } },
});

/** A machine of one state that may lead to the Pass state `Other`. */
export const withOther = (state: object): object => ({
  StartAt: "S",
  States: { S: state, Other: { Type: "Pass", Result: "other", End: true } },
});
