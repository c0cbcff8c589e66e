import type { Json } from "@darkroom/states";

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: Json;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The parameters of a call: what is null counts as left out, as in the SDKs by which Step Functions calls. */
export function readParameters(parameters: Json): JsonObject {
  if (!isObject(parameters)) return {};
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== null));
}

/** A member that the API has as text, where a definition may write JSON instead. */
export const asText = (value: Json): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** The same with the values of these members as text. */
export function withTextMembers(parameters: JsonObject, names: readonly string[]): JsonObject {
  const texts = names.flatMap((name) => {
    const value = parameters[name];
    return value === undefined ? [] : [[name, asText(value)] as const];
  });
  return texts.length === 0 ? parameters : { ...parameters, ...Object.fromEntries(texts) };
}

/** Members by their names' order, in which Step Functions writes the results of its optimized integrations. */
export const sorted = (result: object): JsonObject =>
  Object.fromEntries(
    Object.entries(result)
      .filter(([, value]) => value !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );

/** A time as the aws-sdk integrations give it: ISO 8601, with milliseconds only where there are some. */
export const isoTime = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(".000Z", "Z");

/** JSON text as its value; what is not JSON stays text. */
export function parsedOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
