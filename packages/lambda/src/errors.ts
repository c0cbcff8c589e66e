/**
 * An error that a second try can't mend. Its name is what Retry and Catch in the ASL match, so every
 * subclass sets it as a string of its own: a class name doesn't survive every bundler.
 */
export abstract class PermanentError extends Error {
  abstract override readonly name: string;
}

/** An error that may pass; the machine's Retry decides how often. Named like {@link PermanentError}. */
export abstract class RetryableError extends Error {
  abstract override readonly name: string;
}

/** What arrived is not what the contract says; the message names the path and the value. */
export class InvalidInputError extends PermanentError {
  override readonly name = "InvalidInputError";
}

/** The object is no picture, is of a type that isn't supported, or doesn't decode. The message is for the uploader. */
export class ImageIdentifyError extends PermanentError {
  override readonly name = "ImageIdentifyError";
}

/** The object was there when the event was sent and isn't any more. */
export class ObjectNotFoundError extends PermanentError {
  override readonly name = "ObjectNotFoundError";
}

/** The function's role lacks a permission. S3 says `AccessDenied`; the rest of AWS and the ASL say this. */
export class AccessDeniedError extends PermanentError {
  override readonly name = "AccessDeniedException";
}

/** No connection to a service, or one that broke off. */
export class ConnectionError extends RetryableError {
  override readonly name = "ConnectionError";
}

/** The connection ended before the object did; another try may get all of it, unless its bytes are gone. */
export class ObjectCutOffError extends RetryableError {
  override readonly name = "ObjectCutOffError";
}
