import type { StateMachine } from "../definition/machine.ts";
import type { MapRunStorage } from "./storage.ts";

/**
 * Runs the child executions of Distributed Maps, and keeps what it has to know of them: `startMapRun` has the logic,
 * a host the place to keep it and the way to start an execution.
 */
export interface MapRunHost {
  /**
   * Runs a map run to its end, or takes up one that an earlier process has left: the one with the same ARN.
   * Gives undefined if one of the call's signals was aborted before.
   * Rejects only if the run can't be kept: the execution has no end then, and can be resumed.
   */
  run(call: MapRunCall): Promise<MapRunOutcome | undefined>;
  /** What ItemReader reads and ResultWriter writes; without it they fail. */
  readonly storage?: MapRunStorage;
}

/** A host may take other limits for a run while it runs: that is what UpdateMapRun does. */
export interface MapRunLimits {
  /** 0 leaves it to the host. */
  readonly maxConcurrency: number;
  /** In items, not in executions. undefined: only the percentage counts; 0 if both are undefined. */
  readonly toleratedFailureCount: number | undefined;
  /** 0 to 100, of the items. */
  readonly toleratedFailurePercentage: number | undefined;
}

/** One map run, as the state asks for it; the same after a restart, but for its functions and signals. */
export interface MapRunCall extends MapRunLimits {
  /** arn:aws:states:REGION:ACCOUNT:mapRun:MACHINE/LABEL:UUID */
  readonly mapRunArn: string;
  /** The execution that the Map stands in; it may be a child of another map run. */
  readonly executionArn: string;
  /** That of this execution. */
  readonly stateMachineArn: string;
  /** That of the children: …:stateMachine:MACHINE/LABEL. */
  readonly childStateMachineArn: string;
  readonly roleArn: string;
  readonly stateName: string;
  readonly label: string;
  /** What the children run: `mapProcessors.get(label)` of the machine. */
  readonly processor: StateMachine;
  readonly executionType: "STANDARD" | "EXPRESS";
  /** How often the run was redriven: its children that have not succeeded run again, each time. */
  readonly redriveCount: number;
  /**
   * The inputs of the children, in order, read as they are taken: by ItemReader or ItemsPath, selected and batched.
   * Each call reads from the first item on. Throws MapRunError.
   */
  readItems(): AsyncIterable<MapRunInput>;
  /** How the results look, in the output or where they are written. */
  readonly resultFormat: MapRunResultFormat;
  /** Where the results go; without it they are the output. */
  readonly resultWriter?: MapRunResultWriter;
  /** Aborted when the run is no longer wanted: its children are stopped. */
  readonly signal: AbortSignal;
  /** Aborted when the process lets go of the execution: nothing more is kept, and the run can be taken up again. */
  readonly suspended: AbortSignal;
}

/** The input of a child execution. */
export interface MapRunInput {
  /** JSON text. */
  readonly input: string;
  /** How many items it stands for: more than one if they are batched. */
  readonly items: number;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html */
export interface MapRunResultFormat {
  /** NONE tells of the executions; COMPACT has their outputs; FLATTEN those, and the elements of what is an array. */
  readonly transformation: "NONE" | "COMPACT" | "FLATTEN";
  readonly outputType: "JSON" | "JSONL";
}

export interface MapRunResultWriter {
  readonly bucket: string;
  /** What the keys of this run's objects begin with, e.g. `results/UUID`. */
  readonly folder: string;
  /** @throws MapRunError */
  write(key: string, body: AsyncIterable<string>): Promise<void>;
}

/** What the Map state gets. */
export type MapRunOutcome =
  | { /** JSON text. */ readonly output: string }
  | { readonly error: string; readonly cause: string };

/** Why a map run fails, by the name that Retry and Catch match. */
export class MapRunError extends Error {
  override readonly name = "MapRunError";
  readonly error: string;
  override readonly cause: string;
  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.error = error;
    this.cause = cause;
  }
}
