import { TaskFailedError } from "../../types.ts";
import { MapRunError } from "../host.ts";

export const readerFailed = (cause: string): MapRunError =>
  new MapRunError("States.ItemReaderFailed", cause);

/** The failure of a call to S3 as that of the ItemReader; another error stays what it is. */
export function readerFailure(error: unknown): unknown {
  return error instanceof TaskFailedError ? readerFailed(error.cause) : error;
}
