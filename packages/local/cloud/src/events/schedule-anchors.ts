import { openDatabase } from "../store/database.ts";

const schema = `
CREATE TABLE IF NOT EXISTS schedule_anchors (
  rule_arn TEXT PRIMARY KEY, expression TEXT NOT NULL, since INTEGER NOT NULL
) STRICT;
`;

export type ScheduleAnchors = ReturnType<typeof openScheduleAnchors>;

/** When each schedule began, which all its times are counted from: over restarts it keeps them. */
export function openScheduleAnchors(file: string) {
  const database = openDatabase(file, schema);
  const select = database.prepare(
    "SELECT since FROM schedule_anchors WHERE rule_arn = ? AND expression = ?",
  );
  const replace = database.prepare("INSERT OR REPLACE INTO schedule_anchors VALUES (?, ?, ?)");
  return {
    /** @returns epoch milliseconds; `now` when the rule is new, or its expression is */
    since(ruleArn: string, expression: string, now: number): number {
      const row = select.get(ruleArn, expression);
      if (row !== undefined) return Number(row.since);
      replace.run(ruleArn, expression, now);
      return now;
    },

    close: () => database.close(),
  };
}
