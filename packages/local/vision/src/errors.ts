/**
 * An error under the name that Rekognition has for it
 * (https://docs.aws.amazon.com/rekognition/latest/dg/error-handling.html).
 */
export abstract class RekognitionError extends Error {
  abstract override readonly name: string;
  /** Whether the same call may succeed at another time. */
  abstract readonly retryable: boolean;
}

/** The bytes are no JPEG or PNG, or don't decode. */
export class InvalidImageFormatException extends RekognitionError {
  override readonly name = "InvalidImageFormatException";
  override readonly retryable = false;

  constructor(options?: ErrorOptions) {
    super("Request has invalid image format", options);
  }
}

/** More bytes, pixels or memory than a picture may take. */
export class ImageTooLargeException extends RekognitionError {
  override readonly name = "ImageTooLargeException";
  override readonly retryable = false;
}

/** MaxLabels or MinConfidence out of range, or, which Rekognition doesn't tell apart, a picture that is too small. */
export class InvalidParameterException extends RekognitionError {
  override readonly name = "InvalidParameterException";
  override readonly retryable = false;

  constructor() {
    super("Request has invalid parameters");
  }
}

/** More pictures wait already than the queue holds. */
export class ThrottlingException extends RekognitionError {
  override readonly name = "ThrottlingException";
  override readonly retryable = true;
}

/** The detector crashed, hung or was closed; the picture may be innocent. */
export class InternalServerError extends RekognitionError {
  override readonly name = "InternalServerError";
  override readonly retryable = true;
}
