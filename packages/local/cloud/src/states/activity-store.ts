import { openDatabase } from "../store/database.ts";

/** The date is in epoch milliseconds; tags are a JSON object. */
const schema = `
CREATE TABLE IF NOT EXISTS activities (
  arn TEXT PRIMARY KEY, of_stack INTEGER NOT NULL, creation_date INTEGER NOT NULL, tags TEXT NOT NULL
) STRICT;
`;

export interface Activity {
  readonly arn: string;
  readonly name: string;
  /** The stack declares it; else it was made by CreateActivity. */
  readonly ofStack: boolean;
  /** Epoch milliseconds. */
  readonly creationDate: number;
  readonly tags: Readonly<Record<string, string>>;
}

export type ActivityStore = ReturnType<typeof openActivityStore>;

/** Activities, of the stack and made by API: one SQLite file. */
export function openActivityStore(file: string) {
  const database = openDatabase(file, schema);
  const upsert = database.prepare(
    `INSERT INTO activities (arn, of_stack, creation_date, tags) VALUES (?, ?, ?, ?)
     ON CONFLICT (arn) DO UPDATE SET of_stack = excluded.of_stack, tags = excluded.tags`,
  );
  const selectAll = database.prepare("SELECT * FROM activities ORDER BY arn");
  const deleteOne = database.prepare("DELETE FROM activities WHERE arn = ?");

  return {
    all: (): Activity[] => selectAll.all().map(toActivity),

    save({ arn, ofStack, creationDate, tags }: Activity): void {
      upsert.run(arn, ofStack ? 1 : 0, creationDate, JSON.stringify(tags));
    },

    remove(arn: string): void {
      deleteOne.run(arn);
    },

    close: () => database.close(),
  };
}

function toActivity(row: Record<string, unknown>): Activity {
  const arn = String(row.arn);
  return {
    arn,
    name: arn.slice(arn.lastIndexOf(":") + 1),
    ofStack: row.of_stack === 1,
    creationDate: Number(row.creation_date),
    tags: JSON.parse(String(row.tags)),
  };
}
