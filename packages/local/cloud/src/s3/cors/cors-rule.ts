import { z } from "zod";
import { invalidRequest, S3Error } from "../s3-error.ts";
import { oneOrMany } from "../xml.ts";

/** Who may ask for what from a page of another origin; https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
export interface CorsRule {
  readonly id?: string;
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds?: number;
}

/** The document of PutBucketCors. */
export const corsDocument = z.strictObject({
  CORSRule: oneOrMany(
    z.strictObject({
      ID: z.string().max(255).optional(),
      AllowedOrigin: oneOrMany(z.string().min(1)),
      AllowedMethod: oneOrMany(z.string().min(1)),
      AllowedHeader: oneOrMany(z.string().min(1)).optional(),
      ExposeHeader: oneOrMany(z.string().min(1)).optional(),
      MaxAgeSeconds: z.string().regex(/^\d+$/).transform(Number).optional(),
    }),
  ),
});

const methods = ["GET", "PUT", "POST", "DELETE", "HEAD"];
const maximumRules = 100;

export function readCorsRules({ CORSRule }: z.infer<typeof corsDocument>): CorsRule[] {
  if (CORSRule.length > maximumRules) {
    throw new S3Error("MalformedXML", `A bucket has ${maximumRules} CORS rules at most.`);
  }
  return CORSRule.map((rule) => {
    for (const method of rule.AllowedMethod) {
      if (methods.includes(method)) continue;
      throw invalidRequest(
        `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`,
      );
    }
    checkWildcards("AllowedOrigin", rule.AllowedOrigin);
    checkWildcards("AllowedHeader", rule.AllowedHeader ?? []);
    for (const header of rule.ExposeHeader ?? []) {
      if (!header.includes("*")) continue;
      throw invalidRequest(
        `ExposeHeader "${header}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
      );
    }
    return {
      ...(rule.ID === undefined ? {} : { id: rule.ID }),
      origins: rule.AllowedOrigin,
      methods: rule.AllowedMethod,
      headers: rule.AllowedHeader ?? [],
      exposed: rule.ExposeHeader ?? [],
      ...(rule.MaxAgeSeconds === undefined ? {} : { maxAgeSeconds: rule.MaxAgeSeconds }),
    };
  });
}

function checkWildcards(element: string, patterns: readonly string[]): void {
  for (const pattern of patterns) {
    if (pattern.split("*").length <= 2) continue;
    throw invalidRequest(`${element} "${pattern}" can not have more than one wildcard.`);
  }
}
