import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readSettings, type Settings } from "../settings.ts";
import { synthesize } from "../synthesize.ts";

type Attributes = Readonly<Record<string, unknown>>;

/** The Terraform JSON of the stack, as far as tests look into it. */
export interface SynthesizedStack {
  readonly json: string;
  /** The folder that relative paths in it start from; it is gone by now. */
  readonly folder: string;
  readonly resource: Readonly<Record<string, Readonly<Record<string, Attributes>>>>;
  readonly data: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, { readonly value: string }>>;
  readonly terraform: { readonly backend: unknown };
}

export function synthesizedStack(settings: Partial<Settings> = {}): SynthesizedStack {
  const work = mkdtempSync(join(tmpdir(), "darkroom-synth-"));
  try {
    const file = synthesize({ ...readSettings({}), ...settings }, join(work, "cdktf.out"));
    const json = readFileSync(file, "utf8");
    return { ...JSON.parse(json), json, folder: dirname(file) };
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Every resource of a type by the name it has in the stack. */
export function resources<Shape>(
  stack: SynthesizedStack,
  type: string,
): ReadonlyMap<string, Shape & { readonly depends_on?: readonly string[] }> {
  return new Map(Object.entries(stack.resource[type] ?? {})) as unknown as ReadonlyMap<
    string,
    Shape & { readonly depends_on?: readonly string[] }
  >;
}

/** The only resource of a type. */
export function only<Shape>(stack: SynthesizedStack, type: string): Shape {
  const all = [...resources<Shape>(stack, type).values()];
  if (all.length !== 1 || all[0] === undefined) throw new Error(`${all.length} of ${type}, not 1`);
  return all[0];
}

/** The resource of this type and name in the stack. */
export function named<Shape>(stack: SynthesizedStack, type: string, name: string): Shape {
  const one = resources<Shape>(stack, type).get(name);
  if (one === undefined) throw new Error(`There is no ${type} ${name}.`);
  return one;
}

/** Every string anywhere in a value. */
export function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}

export interface FunctionJson {
  readonly function_name: string;
  readonly filename: string;
  readonly source_code_hash: string;
  readonly role: string;
  readonly memory_size: number;
  readonly timeout: number;
  readonly layers?: readonly string[];
  readonly environment?: { readonly variables: Readonly<Record<string, string>> };
  readonly logging_config: { readonly log_format: string; readonly log_group: string };
  readonly tracing_config: { readonly mode: string };
}

/** The functions by the end of their names, e.g. `DetectLabels`, each with what refers to it. */
export function functions(stack: SynthesizedStack) {
  return new Map(
    [...resources<FunctionJson>(stack, "aws_lambda_function")].map(([name, lambda]) => [
      lambda.function_name.split("-").at(-1) ?? "",
      { ...lambda, arn: `\${aws_lambda_function.${name}.arn}` },
    ]),
  );
}

export interface StatementJson {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

export function statementsOf(policy: string): StatementJson[] {
  return (JSON.parse(policy) as { Statement: StatementJson[] }).Statement;
}

/** All that a role may, by the reference to it (`${aws_iam_role.x.name}` or `.arn`). */
export function statementsOfRole(stack: SynthesizedStack, role: string): StatementJson[] {
  return [
    ...resources<{ role: string; policy: string }>(stack, "aws_iam_role_policy").values(),
  ].flatMap((policy) =>
    policy.role === role.replace(/\.arn\}$/, ".name}") ? statementsOf(policy.policy) : [],
  );
}
