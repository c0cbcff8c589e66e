import { z } from "zod";
import { S3Error } from "../s3-error.ts";

const size = z.union([z.int().min(0), z.string().regex(/^\d+$/).transform(Number)]);

const document = z.strictObject({
  expiration: z.iso.datetime(),
  conditions: z.array(
    z.union([
      z.tuple([z.literal("content-length-range"), size, size]),
      z.tuple([z.enum(["eq", "starts-with"]), z.string().regex(/^\$/), z.string()]),
      z.record(z.string(), z.string()).refine((one) => Object.keys(one).length === 1),
    ]),
  ),
});

/** What a form may upload; https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html */
export interface PostPolicy {
  readonly expiresMs: number;
  readonly conditions: readonly Condition[];
  readonly minimumSize: number | undefined;
  readonly maximumSize: number | undefined;
}

interface Condition {
  readonly kind: "eq" | "starts-with";
  /** In lower case. */
  readonly field: string;
  readonly value: string;
}

/** Reads a policy in base64. @throws S3Error InvalidPolicyDocument */
export function readPolicy(base64: string): PostPolicy {
  const result = document.safeParse(parseJson(base64));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalid(`${issue?.path.join("/") ?? ""}: ${issue?.message ?? ""}`);
  }
  const conditions: Condition[] = [];
  let minimumSize: number | undefined;
  let maximumSize: number | undefined;
  for (const one of result.data.conditions) {
    if (!Array.isArray(one)) {
      for (const [field, value] of Object.entries(one)) {
        conditions.push({ kind: "eq", field: field.toLowerCase(), value });
      }
    } else if (one[0] === "content-length-range") {
      minimumSize = Math.max(minimumSize ?? 0, one[1]);
      maximumSize = Math.min(maximumSize ?? one[2], one[2]);
    } else {
      const [kind, field, value] = one;
      conditions.push({ kind, field: field.slice(1).toLowerCase(), value });
    }
  }
  const expiresMs = Date.parse(result.data.expiration);
  return { expiresMs, conditions, minimumSize, maximumSize };
}

function parseJson(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, "base64").toString("utf8"));
  } catch {
    throw invalid("Invalid JSON.");
  }
}

/** Fields that say what the policy is and who signed it, and the file itself. */
const uncovered = new Set(["policy", "x-amz-signature", "file"]);

/**
 * Holds a form against its policy: every condition must be met, and every field must be in one.
 * @throws S3Error AccessDenied that names the first that fails
 */
export function checkPolicy(
  policy: PostPolicy,
  fields: ReadonlyMap<string, string>,
  bucket: string,
  nowMs: number,
): void {
  if (nowMs >= policy.expiresMs) throw denied("Policy expired.");
  for (const { kind, field, value } of policy.conditions) {
    const given = field === "bucket" ? bucket : (fields.get(field) ?? "");
    // A list of types is held against the condition one by one.
    const values = field === "content-type" && kind === "starts-with" ? given.split(",") : [given];
    const met = values.every((one) => (kind === "eq" ? one === value : one.startsWith(value)));
    if (!met) {
      throw denied(`Policy Condition failed: ${JSON.stringify([kind, `$${field}`, value])}`);
    }
  }
  const covered = new Set(policy.conditions.map(({ field }) => field));
  const extra = [...fields.keys()].filter(
    (name) => !covered.has(name) && !uncovered.has(name) && !name.startsWith("x-ignore-"),
  );
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(", ")}`);
}

const denied = (why: string): S3Error =>
  new S3Error("AccessDenied", `Invalid according to Policy: ${why}`, { status: 403 });

const invalid = (why: string): S3Error =>
  new S3Error("InvalidPolicyDocument", `Invalid Policy: ${why}`);
