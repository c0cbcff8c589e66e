import { AwsError } from "../../aws-error.ts";

/** How one action of a transaction ended. */
export type ActionResult<T> = { readonly value: T } | { readonly error: AwsError };

/**
 * Runs one action of a transaction. What DynamoDB answers to a single call becomes the reason why the transaction is
 * cancelled; only an empty key is refused before the transaction begins.
 */
export function tryAction<T>(run: () => T): ActionResult<T> {
  try {
    return { value: run() };
  } catch (error) {
    if (!(error instanceof AwsError) || !Object.hasOwn(reasonCodes, error.code)) throw error;
    if (/cannot contain an empty (?:string|binary) value/.test(error.message)) throw error;
    return { error };
  }
}

/** @returns the values when every action succeeded. @throws TransactionCanceledException */
export function requireAll<T>(results: readonly ActionResult<T>[]): T[] {
  const values = results.flatMap((result) => ("value" in result ? [result.value] : []));
  if (values.length === results.length) return values;
  const reasons = results.map((result) =>
    "value" in result ? { Code: "None" } : reason(result.error),
  );
  const codes = reasons.map(({ Code }) => Code).join(", ");
  throw new AwsError(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { fields: { CancellationReasons: reasons } },
  );
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html */
const reasonCodes: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: "ConditionalCheckFailed",
  ValidationException: "ValidationError",
};

const reason = ({ code, message, fields }: AwsError) => ({
  Code: reasonCodes[code] ?? code,
  Message: message,
  ...fields,
});
