import { PermanentError } from "@darkroom/lambda";

/** Not everything was copied, so that the orphans stay: a run that went wrong deletes nothing. */
export class CopiesFailedError extends PermanentError {
  override readonly name = "CopiesFailedError";
}
