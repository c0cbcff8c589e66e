import definition from "./sync-buckets.asl.json" with { type: "json" };

/** The ARN of a function by its name in the definition; the bucket of runs is called by its own. */
export const arnOf = (name: string): string =>
  name === "RunBucket" ? "runs-bucket" : `arn:aws:lambda:us-east-1:111111111111:function:${name}`;

/** The definition with ARNs in it, as JSON text: what a test runs. */
export const deployedMachine = JSON.stringify(definition).replaceAll(/\$\{(\w+)\}/g, (_, name) =>
  arnOf(name),
);
