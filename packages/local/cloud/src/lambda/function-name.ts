import { AwsError } from "../aws-error.ts";
import type { Place } from "../place.ts";

/** The only version of a function that a stack has here: nothing is published. */
export const latestVersion = "$LATEST";

export interface FunctionReference {
  readonly name: string;
  /** The function's own ARN, without qualifier. */
  readonly arn: string;
  readonly qualifier?: string;
}

const pattern =
  /^(?:(?:arn:aws:lambda:)?([a-z]{2}(?:-[a-z]+)+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_]{1,64})(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;

const functionArn = (place: Place, name: string): string =>
  `arn:aws:lambda:${place.region}:${place.accountId}:function:${name}`;

/**
 * Reads a function's name, its ARN or what Lambda calls a partial ARN (`123456789012:function:name`), each perhaps with a
 * qualifier (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
 */
export function readFunctionName(text: string, place: Place): FunctionReference {
  const [, region = place.region, account = place.accountId, name, qualifier] =
    pattern.exec(text) ?? [];
  if (name === undefined) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
    );
  }
  return {
    name,
    arn: functionArn({ region, accountId: account }, name),
    ...(qualifier === undefined ? {} : { qualifier }),
  };
}
