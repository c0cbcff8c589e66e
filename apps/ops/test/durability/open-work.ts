import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** All that the system keeps for work that is still to be done, by name: the file and what counts it. */
const pending = {
  "events of S3 on their way": ["s3/s3.sqlite", "SELECT count(*) AS n FROM outbox"],
  "multipart uploads": ["s3/s3.sqlite", "SELECT count(*) AS n FROM uploads"],
  "messages in queues": ["sqs.sqlite", "SELECT count(*) AS n FROM messages"],
  "executions that run": [
    "states.sqlite",
    "SELECT count(*) AS n FROM executions WHERE status = 'RUNNING'",
  ],
  "status changes to announce": ["states.sqlite", "SELECT count(*) AS n FROM outbox"],
  "events of rules on their way": ["events.sqlite", "SELECT count(*) AS n FROM deliveries"],
  "asynchronous invocations": [
    "lambda/async-invocations.sqlite",
    "SELECT count(*) AS n FROM events",
  ],
} as const;

/** What is not done yet, with its number; read beside a running system. */
export function openWork(dataFolder: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [name, [file, sql]] of Object.entries(pending)) {
    const path = join(dataFolder, file);
    if (!existsSync(path)) throw new Error(`there is no ${file} any more to look into`);
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    try {
      const count = Number(database.prepare(sql).get()?.n);
      if (count > 0) counts.set(name, count);
    } finally {
      database.close();
    }
  }
  return counts;
}

export const describeWork = (work: ReadonlyMap<string, number>): string =>
  [...work].map(([name, count]) => `${count} ${name}`).join(", ");

/** Waits until there is nothing left to do. @throws Error that says what is left when it takes too long */
export async function quiet(dataFolder: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const work = openWork(dataFolder);
    if (work.size === 0) return;
    if (Date.now() > deadline) throw new Error(`still open after it all: ${describeWork(work)}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
