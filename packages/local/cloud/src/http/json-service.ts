import { AwsError, operationNotSupported } from "../aws-error.ts";
import type { Call, NamedService, Operation, ServiceRequest, ServiceResponse } from "../service.ts";

/** Bodies of JSON calls are bounded; DynamoDB's BatchWriteItem is the largest with 16 MB. */
const maximumBodyBytes = 17 * 1024 * 1024;

/** A service that speaks AWS JSON: the operation in X-Amz-Target, JSON in and out. */
export interface JsonService extends NamedService {
  /** The same operations for callers inside the process, with the same validation and permissions. */
  call(operation: string, input: unknown, call: Call): Promise<unknown>;
}

/**
 * @param options.jsonVersion what the real service speaks: SQS, DynamoDB, States 1.0; Logs, Events, Rekognition 1.1
 * @param options.errorPrefix the namespace of error types, e.g. `com.amazonaws.dynamodb.v20120810#`
 */
export function jsonService(options: {
  name: string;
  jsonVersion: "1.0" | "1.1";
  errorPrefix?: string;
  operations: Readonly<Record<string, Operation>>;
}): JsonService {
  const { name, operations, errorPrefix = "" } = options;
  const contentType = `application/x-amz-json-${options.jsonVersion}`;

  async function call(operation: string, input: unknown, context: Call): Promise<unknown> {
    const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (run === undefined) throw operationNotSupported(name, operation);
    return run(input, context);
  }

  return {
    name,
    operations: Object.keys(operations),
    operationOf: async (request) => targetOf(request),
    call,
    async handle(request: ServiceRequest): Promise<ServiceResponse> {
      const operation = targetOf(request) ?? "";
      if (operation === "") {
        throw new AwsError("UnknownOperationException", `${name} needs the header X-Amz-Target.`);
      }
      const output = await call(
        operation,
        parseJson(await request.readBody(maximumBodyBytes)),
        request,
      );
      return {
        status: 200,
        headers: { "content-type": contentType },
        body: output === undefined ? "" : JSON.stringify(output),
      };
    },
    errorResponse(error) {
      return {
        status: error.status,
        headers: { "content-type": contentType, "x-amzn-errortype": error.code },
        body: JSON.stringify({
          __type: `${errorPrefix}${error.code}`,
          message: error.message,
          ...error.fields,
        }),
      };
    },
  };
}

/** `DynamoDB_20120810.UpdateItem` is UpdateItem. */
function targetOf({ headers }: ServiceRequest): string | undefined {
  const target = headers["x-amz-target"];
  return typeof target === "string" ? target.slice(target.lastIndexOf(".") + 1) : undefined;
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new AwsError("SerializationException", "The request body is not JSON.", { cause: error });
  }
}
