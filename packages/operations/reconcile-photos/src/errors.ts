import { RetryableError } from "@darkroom/lambda";

/** A reconciliation was not done when its time was up: it found out nothing that could be told. */
export class OutOfTimeError extends RetryableError {
  override readonly name = "OutOfTimeError";
}
