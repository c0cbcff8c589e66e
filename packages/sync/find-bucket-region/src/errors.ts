import { RetryableError } from "@darkroom/lambda";

/** S3 is out of order, or asks for patience. A HEAD has no body to say which: they go by the name that S3 gives the second. */
export class ServiceUnavailableError extends RetryableError {
  override readonly name = "ServiceUnavailable";
}
