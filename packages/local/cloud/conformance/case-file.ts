import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "@darkroom/states";
import { z } from "zod";

const json = z.custom<Json>((value) => value !== undefined);
const event = z.looseObject({
  /** Where a test has sorted the events of branches, it has taken their numbers out: 0, or a list of it. */
  id: z.union([z.number(), z.array(z.number())]),
  previousEventId: z.number(),
  type: z.string(),
});

/**
 * One execution that was recorded on AWS. Members that only describe the recording are let pass; those that a run or a
 * comparison depends on are named here.
 */
const caseFile = z.looseObject({
  id: z.string(),
  area: z.string(),
  class: z.string(),
  query_language: z.string(),
  type: z.enum(["standard", "express-sync", "express-async"]),
  definition: json,
  input: json,
  execution_name: z.string().optional(),
  normalise: z
    .object({
      regex: z.array(z.tuple([z.string(), z.string()])).default([]),
      jsonpath: z.array(z.tuple([z.string(), z.string()])).default([]),
    })
    .default({ regex: [], jsonpath: [] }),
  lambdas: z
    .record(
      z.string(),
      z.object({ arn: z.string(), behaviour: z.string(), note: z.string().default("") }),
    )
    .default({}),
  setup: z
    .array(z.object({ service: z.string(), op: z.string(), args: z.record(z.string(), json) }))
    .default([]),
  aux_state_machines: z
    .array(
      z.object({
        arn: z.string(),
        type: z.string(),
        definition: json,
        started_with: z.array(json).default([]),
      }),
    )
    .default([]),
  expected: z.looseObject({
    status: z.string(),
    output: json.optional(),
    error: z.string().optional(),
    cause: json.optional(),
    events: z.array(event).optional(),
    describe: z.record(z.string(), json).optional(),
    sync: z.record(z.string(), json).optional(),
    end_event: z.record(z.string(), json).optional(),
  }),
});

export type ConformanceCase = z.infer<typeof caseFile>;
export type SetupCall = ConformanceCase["setup"][number];

/**
 * Reads every case of a folder and the folders in it, in the order of their paths.
 * @throws Error that names the file that can't be read or isn't a case
 */
export function loadCases(folder: string): ConformanceCase[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => {
      const file = join(folder, name);
      try {
        return caseFile.parse(JSON.parse(readFileSync(file, "utf8")));
      } catch (cause) {
        const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
        throw new Error(`${file} is not a conformance case: ${why}`, { cause });
      }
    });
}
