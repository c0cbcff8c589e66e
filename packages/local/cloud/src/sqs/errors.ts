import { AwsError } from "../aws-error.ts";

/**
 * The errors of SQS by the name of their shape, with the code that the query protocol has for them
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html and each operation's page).
 */
const queryCodes: Readonly<Record<string, string>> = {
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  QueueNameExists: "QueueAlreadyExists",
  QueueDeletedRecently: "AWS.SimpleQueueService.QueueDeletedRecently",
  PurgeQueueInProgress: "AWS.SimpleQueueService.PurgeQueueInProgress",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
  BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
  BatchRequestTooLong: "AWS.SimpleQueueService.BatchRequestTooLong",
  InvalidBatchEntryId: "AWS.SimpleQueueService.InvalidBatchEntryId",
  UnsupportedOperation: "AWS.SimpleQueueService.UnsupportedOperation",
  ReceiptHandleIsInvalid: "ReceiptHandleIsInvalid",
  InvalidAddress: "InvalidAddress",
  InvalidMessageContents: "InvalidMessageContents",
  InvalidAttributeName: "InvalidAttributeName",
  InvalidAttributeValue: "InvalidAttributeValue",
  ResourceNotFoundException: "ResourceNotFoundException",
};

/** Errors that are not of SQS's own model, but of the layer before it. */
const commonQueryCodes: Readonly<Record<string, string>> = {
  InvalidParameterValueException: "InvalidParameterValue",
  MissingRequiredParameterException: "MissingParameter",
  SerializationException: "MalformedInput",
  AccessDeniedException: "AccessDenied",
  UnrecognizedClientException: "InvalidClientTokenId",
  InvalidSignatureException: "SignatureDoesNotMatch",
};

/** The code of an error in the query protocol, which the JSON protocol sends as `x-amzn-query-error`. */
export const queryCode = (code: string): string =>
  queryCodes[code] ?? commonQueryCodes[code] ?? code;

/** The type of an error in the JSON protocol, with its namespace. */
export const jsonType = (code: string): string =>
  `${Object.hasOwn(queryCodes, code) ? "com.amazonaws.sqs" : "com.amazon.coral.service"}#${code}`;

export const queueDoesNotExist = (): AwsError =>
  new AwsError("QueueDoesNotExist", "The specified queue does not exist.");

/** What is no URL of a queue. */
export const invalidAddress = (url: string): AwsError =>
  new AwsError("InvalidAddress", `The address ${url} is not valid for this endpoint.`, {
    status: 404,
  });

export const invalidParameterValue = (message: string): AwsError =>
  new AwsError("InvalidParameterValueException", message);

/** The form in which SQS refuses most values. */
export const invalidValue = (value: unknown, parameter: string, reason: string): AwsError =>
  invalidParameterValue(`Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`);

export const missingParameter = (name: string): AwsError =>
  new AwsError(
    "MissingRequiredParameterException",
    `The request must contain the parameter ${name}.`,
  );

export const receiptHandleIsInvalid = (handle: string): AwsError =>
  new AwsError(
    "ReceiptHandleIsInvalid",
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
    { status: 404 },
  );

export const resourceNotFound = (message: string): AwsError =>
  new AwsError("ResourceNotFoundException", message, { status: 404 });

export const invalidAttributeName = (name: string): AwsError =>
  new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`);

export const invalidAttributeValue = (name: string, reason?: string): AwsError =>
  new AwsError(
    "InvalidAttributeValue",
    `Invalid value for the parameter ${name}.${reason === undefined ? "" : ` Reason: ${reason}`}`,
  );

/** What SQS has and the local cloud does not. */
export const unsupported = (what: string): AwsError =>
  new AwsError("UnsupportedOperation", `The local cloud's SQS does not support ${what}.`);
