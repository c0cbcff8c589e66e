/**
 * An error in AWS's own words. `code` is what SDKs expose as `error.name`; the protocol in use decides how it is written.
 * Everything else that an operation throws becomes InternalFailure and is logged.
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the error's shape, e.g. CancellationReasons or Item. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; fields?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = code;
    this.code = code;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
  }
}

/** A call that AWS has and this endpoint does not: refused by its name, never answered by accident. */
export function operationNotSupported(service: string, operation: string): AwsError {
  return new AwsError(
    "NotImplemented",
    `The local cloud does not support ${service}:${operation}.`,
    { status: 501 },
  );
}
