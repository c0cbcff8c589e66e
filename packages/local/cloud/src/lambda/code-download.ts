import { readFileSync } from "node:fs";
import { AwsError } from "../aws-error.ts";
import type { AccessKey } from "../credentials.ts";
import type { Place } from "../place.ts";
import type { ServiceRequest, ServiceResponse } from "../service.ts";
import {
  canonicalRequest,
  hmac,
  sha256Hex,
  signingKey,
  stringToSign,
  uriEncode,
} from "../sigv4/canonical-request.ts";
import type { DeployedFunction } from "./functions.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCodeLocation.html: a link is good for ten minutes. */
const lifetimeSeconds = 600;

/** No path of Lambda's API: on AWS the link leads to a bucket of Lambda's own. */
const path = "/function-code/";

/** The session that the links are signed by: nobody else has its key. */
const sessionName = "function-code";

/** Links to the archives of functions that anyone can follow who is given one, as GetFunction gives them. */
export function createCodeDownload(options: {
  place: Place;
  /** `http://127.0.0.1:<port>` */
  endpointUrl: string;
  issueRoleKey: (roleArn: string, sessionName: string) => AccessKey;
  now: () => number;
}) {
  const { place } = options;
  const roleArn = `arn:aws:iam::${place.accountId}:role/aws-service-role/lambda.amazonaws.com/AWSServiceRoleForLambdaCode`;
  let key: AccessKey | undefined;

  return {
    /** @returns a URL that is good for ten minutes */
    linkTo({ definition }: DeployedFunction): string {
      key ??= options.issueRoleKey(roleArn, sessionName);
      const amzDate = new Date(options.now()).toISOString().replace(/[-:]|\.\d+/g, "");
      const scope = { date: amzDate.slice(0, 8), region: place.region, service: "lambda" };
      const rawPath = `${path}${uriEncode(definition.name)}`;
      const query = new URLSearchParams({
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": `${key.accessKeyId}/${scope.date}/${scope.region}/${scope.service}/aws4_request`,
        "X-Amz-Date": amzDate,
        "X-Amz-Expires": String(lifetimeSeconds),
        "X-Amz-SignedHeaders": "host",
        ...(key.sessionToken === undefined ? {} : { "X-Amz-Security-Token": key.sessionToken }),
      });
      const canonical = canonicalRequest(
        { method: "GET", rawPath, query, headers: { host: new URL(options.endpointUrl).host } },
        scope.service,
        ["host"],
        sha256Hex(""),
      );
      const signature = hmac(
        signingKey(key.secretAccessKey, scope),
        stringToSign(amzDate, scope, canonical),
      ).toString("hex");
      query.set("X-Amz-Signature", signature);
      return `${options.endpointUrl}${rawPath}?${query}`;
    },

    /** @returns the function's name when the request follows such a link */
    functionOf({ method, rawPath }: ServiceRequest): string | undefined {
      return method === "GET" && rawPath.startsWith(path)
        ? decodeURIComponent(rawPath.slice(path.length))
        : undefined;
    },

    /** Who signed the link has decided that it may be followed: the request's signature is all that is asked for. */
    download({ code }: DeployedFunction, { caller }: ServiceRequest): ServiceResponse {
      if (caller.kind !== "role" || caller.roleArn !== roleArn) {
        throw new AwsError("AccessDeniedException", "This link is not one that GetFunction gave.", {
          status: 403,
        });
      }
      return {
        status: 200,
        headers: { "content-type": "application/zip" },
        body: readFileSync(code.archive),
      };
    },
  };
}
