/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: 256 KiB of input, output or result. */
export const dataLimitBytes = 262_144;

/** https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#workflow-variables-limits: 10 MiB. */
export const variablesLimitBytes = 10_485_760;

/** A state that failed, with what Retry and Catch see and what the execution's end says. */
export class StateFailure extends Error {
  override readonly name = "StateFailure";
  /** Fail states and tasks may end without a name or a cause. */
  readonly error: string | undefined;
  override readonly cause: string | undefined;
  /** Another name that Retry and Catch know the error by. */
  readonly alias: string | undefined;
  /** It comes from a branch or an iteration of the state, which is not yet said to have failed. */
  readonly fromBranch: boolean;

  constructor(
    error: string | undefined,
    cause: string | undefined,
    options: { alias?: string | undefined; fromBranch?: boolean } = {},
  ) {
    super(`${error}: ${cause}`);
    this.error = error;
    this.cause = cause;
    this.alias = options.alias;
    this.fromBranch = options.fromBranch ?? false;
  }

  /** The same failure as the state around the branch has it. */
  outside(): StateFailure {
    return new StateFailure(this.error, this.cause, { alias: this.alias, fromBranch: true });
  }

  /**
   * "A States.Runtime error isn't retriable, and will always cause the execution to fail":
   * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
   */
  get endsExecution(): boolean {
    return this.error === "States.Runtime";
  }

  /** Whether one of the names in an ErrorEquals means this failure. */
  matches(names: readonly string[]): boolean {
    return names.some((name) => {
      if (name === "States.ALL") return this.error !== "States.DataLimitExceeded";
      if (name === "States.TaskFailed") {
        return this.error !== "States.Timeout" && this.error !== "States.DataLimitExceeded";
      }
      return name === this.error || name === this.alias;
    });
  }
}

/** @param name the state, or the service that gave the result */
export const resultTooLarge = (name: string): StateFailure =>
  new StateFailure(
    "States.DataLimitExceeded",
    `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );

export const variablesTooLarge = (name: string): StateFailure =>
  new StateFailure(
    "States.DataLimitExceeded",
    `The state/task '${name}' assigned variables with a size exceeding the maximum number of bytes service limit.`,
  );

export const inputTooLarge = (name: string): StateFailure =>
  new StateFailure(
    "States.DataLimitExceeded",
    `The state/task '${name}' was given an input with a size exceeding the maximum number of bytes service limit.`,
  );
