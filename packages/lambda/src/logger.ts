import { Logger } from "@aws-lambda-powertools/logger";

/** JSON lines on stdout, one per event; LOG_LEVEL sets how much (default INFO). */
export function createLogger(serviceName: string): Logger {
  return new Logger({ serviceName });
}

export type { Logger };
