import { createHash } from "node:crypto";
import * as z from "zod";
import { isModerationCategory, type ModerationCategory } from "./moderation-taxonomy.ts";

/** A plain enum as key of a record would report an unknown name without its path. */
const category = z.custom<ModerationCategory>(
  (name) => typeof name === "string" && isModerationCategory(name),
);

/** Percent; in tenths, as confidences are told. */
const threshold = z.number().min(0).max(100).multipleOf(0.1);

const moderationRule = z
  .strictObject({
    /** Rejected without a person at this confidence or above. */
    reject: threshold.optional(),
    /** A person is asked at this confidence or above. */
    review: threshold.optional(),
  })
  .refine(({ reject, review }) => reject !== undefined || review !== undefined, {
    error: "needs reject, review or both",
  })
  .refine(({ reject = 100, review = 0 }) => review <= reject, {
    path: ["review"],
    error: "must not be above reject",
  });
export type ModerationRule = z.infer<typeof moderationRule>;

/**
 * Which labels reject a photo, and about which a person is asked. A rule holds for a label and for the
 * labels below it that have none of their own; a label that no rule holds for lets a photo pass.
 */
export const moderationPolicy = z.strictObject({
  version: z
    .string()
    .regex(/^[\w.-]{1,32}$/, "needs 1 to 32 letters, digits, dots, hyphens or underscores"),
  categories: z
    .partialRecord(category, moderationRule, {
      error: ({ code }) =>
        code === "invalid_key"
          ? "is no label of Rekognition's moderation taxonomy 7 (spelling and capitals count)"
          : undefined,
    })
    .refine((rules) => Object.keys(rules).length > 0, { error: "needs at least one category" }),
});
export type ModerationPolicy = z.infer<typeof moderationPolicy>;

/**
 * Parses a policy document, at synth and at a function's init.
 * @param document JSON text, or what was parsed from it
 * @throws {Error} whose message names each path and what is wrong there
 */
export function parseModerationPolicy(document: unknown): ModerationPolicy {
  const result = moderationPolicy.safeParse(
    typeof document === "string" ? jsonOf(document) : document,
  );
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`,
  );
  throw new Error(`The moderation policy doesn't hold: ${faults.join("; ")}`, {
    cause: result.error,
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(
      `The moderation policy is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/**
 * `<version>-<8 hex digits>` of the document's hash, which doesn't depend on the order of its members: an
 * edit under the same version is told apart.
 */
export function policyVersionOf(policy: ModerationPolicy): string {
  const rules = Object.entries(policy.categories)
    .map(([name, { reject, review }]) => [name, reject ?? null, review ?? null] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const hash = createHash("sha256")
    .update(JSON.stringify([policy.version, rules]))
    .digest("hex");
  return `${policy.version}-${hash.slice(0, 8)}`;
}
