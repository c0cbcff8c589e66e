import definition from "./image-processing.asl.json" with { type: "json" };

/** The ARN of a function or of the activity, by its name in the definition. */
export const arnOf = (name: string): string =>
  name === "ApprovalActivity"
    ? "arn:aws:states:us-east-1:111111111111:activity:sendToApproval"
    : `arn:aws:lambda:us-east-1:111111111111:function:${name}`;

/** The definition with ARNs in it, as JSON text: what a test runs. */
export const deployedMachine = JSON.stringify(definition).replaceAll(/\$\{(\w+)\}/g, (_, name) =>
  arnOf(name),
);
