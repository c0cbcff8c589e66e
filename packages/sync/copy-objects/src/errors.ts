import { RetryableError } from "@darkroom/lambda";

/** The function's time ended before the shard did. What was copied is written down, and a retry goes on from there. */
export class ShardUnfinishedError extends RetryableError {
  override readonly name = "ShardUnfinishedError";
}

/** An object's failure: source or destination was never as it had just been seen. */
export class ObjectChangesError extends Error {
  override readonly name = "PreconditionFailed";

  constructor(attempts: number, options?: ErrorOptions) {
    super(
      `the source or the destination changed at each of ${attempts} attempts to copy it: run the sync again`,
      options,
    );
  }
}
