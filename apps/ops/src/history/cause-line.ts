import * as z from "zod";
import { parseJson } from "../parse-json.ts";
import { plainText } from "../table/fit-text.ts";

/**
 * The cause of a failed execution in one line. That of a Lambda error is JSON text with errorMessage
 * (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html), after the name of the state that
 * the sync machine puts before it.
 */
export function causeLine(cause: string): string {
  const [, before = "", json = ""] = /^([^{]*)(\{.*\})\s*$/s.exec(cause) ?? [];
  const parsed = lambdaError.safeParse(parseJson(json));
  const text = parsed.success ? before + parsed.data.errorMessage : cause;
  return plainText(text.replace(/\s*[\r\n]+\s*/g, " ").trim());
}

const lambdaError = z.object({ errorMessage: z.string() });
