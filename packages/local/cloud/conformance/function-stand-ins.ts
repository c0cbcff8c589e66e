import { randomUUID } from "node:crypto";
import type { Json } from "@darkroom/states";
import type { FakeClock } from "@darkroom/states/testing";
import { AwsError } from "../src/aws-error.ts";
import type { ConformanceCase } from "./case-file.ts";

/** What a function answered: JSON text, and whether it is an error. */
export interface StandInResult {
  readonly payload: string;
  readonly functionError?: "Unhandled";
  readonly executedVersion: string;
  readonly logTail: string;
}

export type StandIns = (functionName: string, payload: string) => Promise<StandInResult>;

/**
 * The functions that a case's machines invoke, by what the case says of each: there is no Python here to run them.
 * @throws Error for a behaviour that is not known
 */
export function functionStandIns(
  lambdas: ConformanceCase["lambdas"],
  { accountId, region }: { accountId: string; region: string },
  clock: FakeClock,
): StandIns {
  const functions = new Map(
    Object.entries(lambdas).map(([name, one]) => [name, standIn(one.behaviour, one.note, clock)]),
  );
  return async (functionName, payload) => {
    const [name = "", version] = functionName
      .replace(/^arn:aws:lambda:[^:]*:\d+:function:/, "")
      .split(":");
    const run = functions.get(name);
    if (run === undefined || (version !== undefined && version !== "$LATEST")) {
      const arn = `arn:aws:lambda:${region}:${accountId}:function:${[name, version].filter(Boolean).join(":")}`;
      throw new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, {
        status: 404,
      });
    }
    const result = await run(JSON.parse(payload) as Json);
    return { executedVersion: "$LATEST", logTail: "END\n", ...result };
  };
}

type Answer = Pick<StandInResult, "payload" | "functionError">;
type Run = (input: Json) => Promise<Answer>;

function standIn(behaviour: string, note: string, clock: FakeClock): Run {
  const returns = (value: Json): Answer => ({
    payload: pythonJson(value),
  });
  const raised = /^raises (\w+)$/.exec(behaviour)?.[1];
  if (raised !== undefined) {
    const message = /\("((?:[^"\\]|\\.)*)"\)/.exec(note)?.[1] ?? "";
    return async () => ({ payload: pythonError(raised, message), functionError: "Unhandled" });
  }
  const sleep = /^sleep (\d+) then echo$/.exec(behaviour)?.[1];
  if (sleep !== undefined) {
    return async (input) => {
      await clock.sleep(Number(sleep) * 1000);
      return returns(input);
    };
  }
  if (behaviour === "echo") return async (input) => returns(input);
  if (behaviour === "decorate") return async (input) => returns(`input-event-${pythonText(input)}`);
  const constant = /^returns (?:the )?(?:constant )?([[{"\d-].*)$/s.exec(note)?.[1];
  if (behaviour === "constant" && constant !== undefined) {
    const value = JSON.parse(constant) as Json;
    return async () => returns(value);
  }
  // Lambda passes the bytes on as they are: they are JSON already.
  const bytes = /b'((?:[^'\\]|\\.)*)'/.exec(note)?.[1];
  if (behaviour === "returns bytes" && bytes !== undefined) return async () => ({ payload: bytes });
  const characters = /(\d+) .*characters "(.)/.exec(note);
  if (behaviour === "large output" && characters?.[2] !== undefined) {
    const text = characters[2].repeat(Number(characters[1]));
    return async () => returns(text);
  }
  throw new Error(`there is no stand-in for a function that does this: ${behaviour} (${note})`);
}

/** As Lambda's Python runtime tells of an exception that the handler did not catch. */
const pythonError = (errorType: string, errorMessage: string): string =>
  `{"errorMessage": ${JSON.stringify(errorMessage)}, "errorType": ${JSON.stringify(errorType)}, "requestId": "${randomUUID()}", "stackTrace": ["  File \\"/var/task/handler.py\\", line 2, in handler\\n    raise ${errorType}\\n"]}`;

/** As Python's `json.dumps` writes it, which tells in the length of an answer. */
function pythonJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return asciiJson(value);
  return `{${Object.entries(value)
    .map(([key, one]) => `${asciiJson(key)}: ${pythonJson(one)}`)
    .join(", ")}}`;
}

const asciiJson = (value: Json): string =>
  JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** What Python's `str` makes of a value of JSON. */
function pythonText(value: Json, inside = false): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") {
    if (!inside) return value;
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    return (
      quote +
      value.replaceAll("\\", "\\\\").replaceAll(quote === "'" ? /'/g : /(?!)/g, "\\'") +
      quote
    );
  }
  if (Array.isArray(value)) return `[${value.map((one) => pythonText(one, true)).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([key, one]) => `${pythonText(key, true)}: ${pythonText(one, true)}`)
    .join(", ")}}`;
}
