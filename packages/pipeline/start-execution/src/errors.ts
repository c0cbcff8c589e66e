import { RetryableError } from "@darkroom/lambda";

/** Some objects of a message could not be started for now; SQS delivers the message again. */
export class StartsPendingError extends RetryableError {
  override readonly name = "StartsPendingError";
}
