import { AwsError } from "../aws-error.ts";

/**
 * The errors of CloudWatch by the name of their shape, with the code that the query protocol has for them
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html and each operation's page).
 */
const queryCodes: Readonly<Record<string, string>> = {
  InvalidParameterValueException: "InvalidParameterValue",
  InvalidParameterCombinationException: "InvalidParameterCombination",
  MissingRequiredParameterException: "MissingParameter",
  InternalServiceFault: "InternalServiceError",
  SerializationException: "MalformedInput",
  AccessDeniedException: "AccessDenied",
  UnrecognizedClientException: "InvalidClientTokenId",
  InvalidSignatureException: "SignatureDoesNotMatch",
};

export const queryCode = (code: string): string => queryCodes[code] ?? code;

export const invalidValue = (message: string): AwsError =>
  new AwsError("InvalidParameterValueException", message);

export const invalidCombination = (message: string): AwsError =>
  new AwsError("InvalidParameterCombinationException", message);

export const missingParameter = (name: string): AwsError =>
  new AwsError("MissingRequiredParameterException", `The parameter ${name} is required.`);
