import { RetryableError } from "@darkroom/lambda";

/** The function's time ended before the shard did. What was copied is written down, and a retry goes on from there. */
export class ShardUnfinishedError extends RetryableError {
  override readonly name = "ShardUnfinishedError";
}
