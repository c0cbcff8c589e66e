import { openDatabase, transaction } from "../store/database.ts";
import { type DefinedStateMachine, definitionHash, type MachineSettings } from "./machines.ts";
import { machineNameOf } from "./names.ts";

/** Dates are epoch milliseconds. The revision with the highest number is what a machine is now. */
const schema = `
CREATE TABLE IF NOT EXISTS machines (
  arn TEXT PRIMARY KEY, of_stack INTEGER NOT NULL, status TEXT NOT NULL, creation_date INTEGER NOT NULL, tags TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS revisions (
  machine_arn TEXT NOT NULL REFERENCES machines(arn) ON DELETE CASCADE, number INTEGER NOT NULL,
  id TEXT, date INTEGER NOT NULL, settings TEXT NOT NULL, PRIMARY KEY (machine_arn, number)
) STRICT;
`;

/** Old revisions only tell what an execution of that time was started with. */
const revisionsKept = 100;

/** What a machine was made of from a date on. */
export interface Revision {
  readonly settings: MachineSettings;
  /** Epoch milliseconds. */
  readonly date: number;
  readonly id: string | undefined;
}

export type MachineStore = ReturnType<typeof openMachineStore>;

/** State machines, of the stack and made by API: one SQLite file. */
export function openMachineStore(file: string) {
  const database = openDatabase(file, schema);
  const upsert = database.prepare(
    `INSERT INTO machines (arn, of_stack, status, creation_date, tags) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (arn) DO UPDATE SET of_stack = excluded.of_stack, status = excluded.status,
       creation_date = excluded.creation_date, tags = excluded.tags`,
  );
  const selectAll = database.prepare(
    `SELECT * FROM machines JOIN revisions ON machine_arn = arn
     WHERE number = (SELECT max(number) FROM revisions WHERE machine_arn = arn) ORDER BY arn`,
  );
  const insertRevision = database.prepare(
    `INSERT INTO revisions (machine_arn, number, id, date, settings)
     VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM revisions WHERE machine_arn = ?1), ?2, ?3, ?4)`,
  );
  const deleteOldRevisions = database.prepare(
    `DELETE FROM revisions WHERE machine_arn = ?1
       AND number <= (SELECT max(number) FROM revisions WHERE machine_arn = ?1) - ${revisionsKept}`,
  );
  const selectRevisionAt = database.prepare(
    "SELECT * FROM revisions WHERE machine_arn = ? AND date <= ? ORDER BY number DESC LIMIT 1",
  );
  const deleteMachine = database.prepare("DELETE FROM machines WHERE arn = ?");

  return {
    all: (): DefinedStateMachine[] => selectAll.all().map(toMachine),

    /** @param revised its settings have changed, or it is new */
    save(machine: DefinedStateMachine, revised: boolean): void {
      const { arn, ofStack, status, creationDate, tags, revisionId, updateDate } = machine;
      transaction(database, () => {
        upsert.run(arn, ofStack ? 1 : 0, status, creationDate, JSON.stringify(tags));
        if (!revised) return;
        insertRevision.run(
          arn,
          revisionId ?? null,
          updateDate,
          JSON.stringify(settingsOf(machine)),
        );
        deleteOldRevisions.run(arn);
      });
    },

    /** What a machine was at a time, as far back as it is known. */
    revisionAt(arn: string, date: number): Revision | undefined {
      const row = selectRevisionAt.get(arn, date);
      return row === undefined ? undefined : toRevision(row);
    },

    remove(arn: string): void {
      deleteMachine.run(arn);
    },

    close: () => database.close(),
  };
}

export const settingsOf = (machine: MachineSettings): MachineSettings => ({
  type: machine.type,
  roleArn: machine.roleArn,
  definition: machine.definition,
  tracing: machine.tracing,
  ...(machine.logging === undefined ? {} : { logging: machine.logging }),
});

type Row = Record<string, unknown>;

const toRevision = (row: Row): Revision => ({
  // Machines that were kept before there was a type have none.
  settings: { type: "STANDARD", ...JSON.parse(String(row.settings)) },
  date: Number(row.date),
  id: row.id === null ? undefined : String(row.id),
});

function toMachine(row: Row): DefinedStateMachine {
  const { settings, date, id } = toRevision(row);
  const arn = String(row.arn);
  return {
    ...settings,
    arn,
    name: machineNameOf(arn),
    hash: definitionHash(settings.definition),
    creationDate: Number(row.creation_date),
    updateDate: date,
    revisionId: id,
    ofStack: row.of_stack === 1,
    status: row.status === "DELETING" ? "DELETING" : "ACTIVE",
    tags: JSON.parse(String(row.tags)),
  };
}
