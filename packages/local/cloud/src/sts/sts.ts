import { AwsError, operationNotSupported } from "../aws-error.ts";
import {
  type QueryMembers,
  queryErrorResponse,
  queryResponse,
  readQueryInput,
  readQueryRequest,
} from "../http/query-protocol.ts";
import type { Place } from "../place.ts";
import type { Service } from "../service.ts";
import { principalId } from "./principal-id.ts";

const version = "2011-06-15";
const namespace = `https://sts.amazonaws.com/doc/${version}/`;

const callerIdentity: QueryMembers = {
  Arn: { name: "Arn", type: { kind: "string" } },
  UserId: { name: "UserId", type: { kind: "string" } },
  Account: { name: "Account", type: { kind: "string" } },
};

/**
 * AWS STS's GetCallerIdentity. It needs no permission: an explicit deny doesn't matter either
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
 */
export function createSts(options: { readonly place: Place }): { service: Service } {
  return {
    service: {
      name: "sts",
      async handle(request) {
        const { action, parameters } = await readQueryRequest(request, version);
        if (action !== "GetCallerIdentity") throw operationNotSupported("sts", action);
        readQueryInput(parameters, {});
        const { caller } = request;
        if (caller.kind === "service") {
          throw new AwsError("AccessDenied", "An AWS service has no identity of its own here.", {
            status: 403,
          });
        }
        return queryResponse({
          action,
          namespace,
          requestId: request.requestId,
          members: callerIdentity,
          output: {
            Arn: caller.arn,
            UserId: principalId(caller),
            Account: options.place.accountId,
          },
        });
      },
      errorResponse: (error, request) =>
        queryErrorResponse(
          {
            code: queryCodes[error.code] ?? error.code,
            message: error.message,
            status: error.status,
          },
          namespace,
          request.requestId,
        ),
    },
  };
}

/** What the query protocol calls the errors of signature and permission. */
const queryCodes: Readonly<Record<string, string>> = {
  UnrecognizedClientException: "InvalidClientTokenId",
  InvalidSignatureException: "SignatureDoesNotMatch",
  AccessDeniedException: "AccessDenied",
};
