import { z } from "zod";

export interface Settings {
  /** Part of every resource's name; `prod` is protected against deletion. */
  readonly stage: string;
  readonly region: string;
  /** The bucket that keeps Terraform's state; without it the state is a file beside `cdktf.json`. */
  readonly stateBucket?: string | undefined;
  /** The buckets that a sync may read. */
  readonly syncSources: readonly string[];
}

const variables = z.object({
  /**
   * The landing bucket's name has the stage, the account (12) and the region (up to 14) in it, and a
   * bucket's name has at most 63 characters
   * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
   */
  DARKROOM_STAGE: z
    .string()
    .regex(/^[a-z](?:[a-z0-9-]{0,14}[a-z0-9])?$/, {
      error: "is up to 16 small letters, digits and hyphens, starting with a letter",
    })
    .default("dev"),
  AWS_REGION: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, { error: "is a region's name, such as eu-central-1" })
    .default("us-east-1"),
  /** Their names, with commas between. */
  DARKROOM_SYNC_SOURCES: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](,[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])*$/, {
      error: "is a list of buckets' names, with commas between",
    })
    .optional(),
  DARKROOM_STATE_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: "is a bucket's name" })
    .optional(),
});

/** @throws Error that names each variable that can't be used, its value and what it should be. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const result = variables.safeParse(environment);
  if (result.success) {
    const { DARKROOM_STAGE, AWS_REGION, DARKROOM_STATE_BUCKET, DARKROOM_SYNC_SOURCES } =
      result.data;
    return {
      stage: DARKROOM_STAGE,
      region: AWS_REGION,
      stateBucket: DARKROOM_STATE_BUCKET,
      // The bucket of the workshop that this machine comes from, where nothing else is said.
      syncSources: DARKROOM_SYNC_SOURCES?.split(",") ?? [
        `sfn-image-workshop-bulk-photo-copy-${AWS_REGION}`,
      ],
    };
  }
  const faults = result.error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    return `${name} ${message}, not ${JSON.stringify(environment[name])}`;
  });
  throw new Error(faults.join("; "));
}
