import { Logger } from "@aws-lambda-powertools/logger";

/** Logs nothing, so that a test's output is the test's. */
export function silentLogger(): Logger {
  return new Logger({ logLevel: "SILENT" });
}
