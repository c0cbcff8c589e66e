import { z } from "zod";

/** A JSON document inside a string, as Terraform carries policies and definitions. */
export const jsonText = z.string().refine(
  (text) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  },
  { error: "is not JSON" },
);

/** Tags name resources for people and bills; nothing here reads them. */
export const tags = z.record(z.string(), z.string()).optional();

/** CDKTF writes a block that may occur once either as an object or as a list of one. */
export function block<Schema extends z.ZodType>(schema: Schema) {
  return z
    .union([schema, z.tuple([schema])])
    .transform((value) =>
      Array.isArray(value) ? (value[0] as z.infer<Schema>) : (value as z.infer<Schema>),
    );
}

/** A block that may occur any number of times, as an object or a list. */
export function blocks<Schema extends z.ZodType>(schema: Schema) {
  return z
    .union([schema, z.array(schema)])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.infer<Schema>[]);
}
