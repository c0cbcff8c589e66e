import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { comparisons, typeTests } from "./choice/operators.ts";
import { parseStateMachine } from "./definition/parse-state-machine.ts";
import { choiceCases } from "./feature-support/choice-cases.ts";
import { errorCases, quotaCases } from "./feature-support/error-cases.ts";
import { contextCases, intrinsicCases, pathCases } from "./feature-support/expression-cases.ts";
import {
  type FeatureCase,
  type FeatureCases,
  invoke,
  lambda,
} from "./feature-support/feature-case.ts";
import { machineCases } from "./feature-support/machine-cases.ts";
import { distributedCases, mapCases } from "./feature-support/map-cases.ts";
import { stateCases } from "./feature-support/state-cases.ts";
import { intrinsicFunctions } from "./intrinsics/functions.ts";
import { memoryStorage } from "./map-run/memory-storage.ts";
import { fakeClock, runMachine } from "./testing/index.ts";

const document = new URL("../../../../docs/feature-support.md", import.meta.url);

interface Row {
  readonly section: string;
  readonly feature: string;
  readonly status: string;
  readonly id: string;
}

const text = readFileSync(document, "utf8");

/** The rows whose last column is the id of a case. */
const rows = text
  .split(/^## /m)
  .slice(1)
  .flatMap((part): Row[] => {
    const section = part.slice(0, part.indexOf("\n"));
    return [...part.matchAll(/^\| (.+?) +\| (\w+)[^|]*\| .*`([\w.-]+)` +\|$/gm)].map(
      ([, feature = "", status = "", id = ""]) => ({ section, feature, status, id }),
    );
  });

const cases: FeatureCases = {
  ...machineCases,
  ...stateCases,
  ...choiceCases,
  ...mapCases,
  ...distributedCases,
  ...intrinsicCases,
  ...pathCases,
  ...contextCases,
  ...errorCases,
  ...quotaCases,
};

async function prove(feature: FeatureCase): Promise<void> {
  if ("refused" in feature) {
    expect(() => parseStateMachine(JSON.stringify(feature.definition))).toThrow(feature.refused);
    return;
  }
  const {
    definition,
    input = {},
    tasks,
    jobs = {},
    activities = {},
    objects = {},
    random,
  } = feature;
  const { status = "SUCCEEDED", output, error, cause } = feature;
  const clock = fakeClock(0);
  const run = await runMachine({
    definition,
    input,
    clock,
    tasks: tasks?.(clock) ?? { [invoke]: (data) => data, [lambda]: (data) => data },
    jobs,
    activities,
    storage: memoryStorage(objects),
    ...(random === undefined ? {} : { random }),
  });
  expect(run).toMatchObject({
    status,
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  });
  if (output !== undefined) expect(run.output).toEqual(output);
  if (feature.seconds !== undefined) expect(clock.now()).toBe(feature.seconds * 1000);
  if (feature.event !== undefined) {
    expect(run.events).toContainEqual(expect.objectContaining(feature.event));
  }
}

describe("docs/feature-support.md", () => {
  it("has a row for every case, and a case for every row", () => {
    expect(rows.map(({ id }) => id).toSorted()).toEqual(Object.keys(cases).toSorted());
  });

  it("names every operator of a Choice and every intrinsic function", () => {
    const operators = Object.keys(comparisons).flatMap((name) =>
      name === "StringMatches" ? [name] : [name, `${name}Path`],
    );
    const expected = [...operators, ...Object.keys(typeTests), ...Object.keys(intrinsicFunctions)];
    expect(rows.map(({ feature }) => feature.replaceAll("`", ""))).toEqual(
      expect.arrayContaining(expected),
    );
  });

  it("names every field that is read of a definition", () => {
    const folders = ["definition", "states", "choice", "map-run"];
    const sources = folders.flatMap((folder) => {
      const url = new URL(`./${folder}/`, import.meta.url);
      const files = readdirSync(url, { recursive: true }).map(String);
      return files
        .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
        .map((file) => readFileSync(new URL(file, url), "utf8"));
    });
    // As in fields.string("Comment"), config.has("MaxItems"), readTemplate(fields, "Parameters").
    const reading = /(?:\b\w+\.(?!emit)\w+\(|\bread\w+\(\w+, )"([A-Z]\w+)"/g;
    const read = sources.flatMap((source) => [...source.matchAll(reading)].map(([, name]) => name));
    expect(read.length).toBeGreaterThan(50);
    expect(read.filter((name = "") => !text.includes(name))).toEqual([]);
  });

  it.each(rows)("$section: $feature is $status ($id)", async ({ status, id }) => {
    const feature = cases[id];
    if (feature === undefined) throw new Error(`no case has the id ${id}`);
    expect("refused" in feature ? "refused" : status).toBe(status);
    await prove(feature);
  });
});
