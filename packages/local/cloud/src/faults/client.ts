import type { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { OperatorKey } from "../operator-key.ts";
import {
  canonicalRequest,
  hmac,
  sha256Hex,
  signingKey,
  stringToSign,
} from "../sigv4/canonical-request.ts";
import {
  addedFault,
  clearedFaults,
  type clearRequest,
  type Fault,
  type FaultRequest,
  listedFaults,
} from "./fault.ts";

export interface FaultsClient {
  /** @throws AwsError ValidationException, with a line for a person, for what can't be */
  add(request: FaultRequest): Promise<Fault>;
  list(): Promise<Fault[]>;
  /** @returns how many. @throws AwsError ResourceNotFoundException */
  clear(which: z.infer<typeof clearRequest>): Promise<number>;
}

/** Calls the faults of a running local cloud, with the operator's key. */
export function createFaultsClient(options: {
  readonly endpointUrl: string;
  readonly region: string;
  readonly credentials: OperatorKey;
}): FaultsClient {
  async function send<Schema extends z.ZodType>(
    operation: string,
    input: object,
    output: Schema,
  ): Promise<z.infer<Schema>> {
    const body = JSON.stringify(input);
    const response = await fetch(options.endpointUrl, {
      method: "POST",
      headers: signedHeaders(options, `DarkroomFaults.${operation}`, body),
      body,
    });
    const answer = await response.json();
    if (response.ok) return output.parse(answer);
    const { status, headers } = response;
    const code = headers.get("x-amzn-errortype") ?? "InternalFailure";
    throw new AwsError(code, String((answer as { message?: unknown }).message), { status });
  }

  return {
    add: async (request) => (await send("AddFault", request, addedFault)).Fault,
    list: async () => (await send("ListFaults", {}, listedFaults)).Faults,
    clear: async (which) => (await send("ClearFaults", which, clearedFaults)).Cleared,
  };
}

function signedHeaders(
  { endpointUrl, region, credentials }: Parameters<typeof createFaultsClient>[0],
  target: string,
  body: string,
): Record<string, string> {
  const amzDate = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = { date: amzDate.slice(0, 8), region, service: "faults" };
  const headers = { "x-amz-date": amzDate, "x-amz-target": target };
  const signed = { host: new URL(endpointUrl).host, ...headers };
  const names = Object.keys(signed);
  const canonical = canonicalRequest(
    { method: "POST", rawPath: "/", query: new URLSearchParams(), headers: signed },
    scope.service,
    names,
    sha256Hex(body),
  );
  const key = signingKey(credentials.secretAccessKey, scope);
  const signature = hmac(key, stringToSign(amzDate, scope, canonical)).toString("hex");
  return {
    ...headers,
    "content-type": "application/x-amz-json-1.0",
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope.date}/${region}/${scope.service}/aws4_request, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}
