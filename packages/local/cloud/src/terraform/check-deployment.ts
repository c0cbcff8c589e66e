import { AwsError } from "../aws-error.ts";
import { roleSession } from "../credentials.ts";
import { type Access, createAccess } from "../iam/access.ts";
import { parsePolicy } from "../iam/policy.ts";
import { resourcePolicy } from "../lambda/resource-policy.ts";
import { logDeliveryActions } from "../logs/delivery-actions.ts";
import type { Place } from "../place.ts";
import type { Authorize } from "../service.ts";
import type { Draft, EventSourceMappingDraft, FunctionDraft, StateMachineDraft } from "./draft.ts";

/** What Lambda must be able to do with a queue that it polls (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html). */
const pollingActions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];

/**
 * Refuses what AWS refuses when Terraform applies a stack, although each resource by itself is well-formed: what one
 * resource must be allowed to do with another. What AWS only finds out when it is used, such as a rule that may not invoke
 * its target, is left to be found out here as well.
 * @throws Error that names the resource and says what AWS would
 */
export function checkDeployment(draft: Draft, place: Place): void {
  const access = createAccess();
  for (const role of draft.roles.values()) access.putRole(role);
  readResourcePolicies(draft);
  for (const one of draft.functions.values()) {
    as(`aws_lambda_function ${one.name}`, () => checkFunction(one, access));
  }
  for (const one of draft.permissions) {
    as(`aws_lambda_permission ${one.statementId}`, () => requireFunction(draft, one, place));
  }
  for (const one of draft.stateMachines.values()) {
    as(`aws_sfn_state_machine ${one.name}`, () => checkMachine(one, draft, access, place));
  }
  for (const one of draft.buckets.values()) {
    for (const { targetArn } of one.notifications) {
      as(`aws_s3_bucket_notification of ${one.name}`, () =>
        checkNotification(`arn:aws:s3:::${one.name}`, targetArn, draft, access, place),
      );
    }
  }
  for (const one of draft.eventSourceMappings) {
    as(one.address, () => checkMapping(one, draft, access, place));
  }
}

/** @throws Error for one that can't be evaluated: it must not be the first call that finds out. */
function readResourcePolicies(draft: Draft): void {
  for (const { name, policy } of draft.buckets.values()) {
    if (policy !== undefined) parsePolicy(policy, `policy of the bucket ${name}`, "resource");
  }
  for (const { name, policy } of draft.queues.values()) {
    if (policy !== undefined) parsePolicy(policy, `policy of the queue ${name}`, "resource");
  }
  for (const { name, arn } of draft.functions.values()) {
    const permissions = draft.permissions.filter(({ functionName }) => functionName === name);
    if (permissions.length === 0) continue;
    const policy = resourcePolicy(arn, permissions);
    parsePolicy(policy, `permissions of the function ${name}`, "resource");
  }
}

function checkFunction({ roleArn, tracing, arn }: FunctionDraft, access: Access): void {
  access.requireTrust(roleArn, "lambda.amazonaws.com", arn);
  if (tracing !== "Active") return;
  const authorize = asRole(access, roleArn);
  if (!isAllowed(() => authorize("xray:PutTraceSegments", "*"))) {
    throw invalidParameter(
      "The provided execution role does not have permissions to call PutTraceSegments on XRAY",
    );
  }
}

function checkMachine(
  { name, roleArn, logging }: StateMachineDraft,
  draft: Draft,
  access: Access,
  { region, accountId }: Place,
): void {
  const arn = `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
  access.requireTrust(roleArn, "states.amazonaws.com", arn);
  if (logging === undefined || logging.level === "OFF") return;
  if (!draft.logGroups.has(logging.logGroupName)) {
    throw new AwsError(
      "InvalidLoggingConfiguration",
      `Invalid Logging Configuration: Log Destination does not exist: ${logging.logGroupName}`,
    );
  }
  const authorize = asRole(access, roleArn);
  for (const action of logDeliveryActions) {
    if (isAllowed(() => authorize(`logs:${action}`, "*"))) continue;
    throw new AwsError(
      "AccessDeniedException",
      `The state machine IAM Role is not authorized to access the Log Destination (logs:${action})`,
    );
  }
}

/** S3 sends a test message to each target, and takes no configuration of one that it can't reach. */
function checkNotification(
  bucketArn: string,
  targetArn: string,
  draft: Draft,
  access: Access,
  place: Place,
): void {
  const queue = draft.queues.get(nameOf(targetArn));
  const authorize = access.authorizeAs({
    kind: "service",
    accountId: place.accountId,
    principal: "s3.amazonaws.com",
    sourceArn: bucketArn,
  });
  const allowed = isAllowed(() =>
    authorize("sqs:SendMessage", targetArn, { resourcePolicy: queue?.policy }),
  );
  if (queue !== undefined && targetArn === queueArn(queue.name, place) && allowed) return;
  const why =
    queue === undefined
      ? "the stack has no such queue"
      : "its policy does not let s3.amazonaws.com send for this bucket";
  throw new AwsError(
    "InvalidArgument",
    `Unable to validate the following destination configurations: ${targetArn} (${why})`,
  );
}

function checkMapping(
  mapping: EventSourceMappingDraft,
  draft: Draft,
  access: Access,
  place: Place,
): void {
  const { roleArn, timeoutSeconds } = requireFunction(draft, mapping, place);
  const queue = draft.queues.get(nameOf(mapping.queueArn));
  if (queue === undefined || mapping.queueArn !== queueArn(queue.name, place)) {
    throw invalidParameter(
      "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist for this wsdl version.",
    );
  }
  const authorize = asRole(access, roleArn);
  for (const action of pollingActions) {
    const ask = () =>
      authorize(`sqs:${action}`, mapping.queueArn, { resourcePolicy: queue.policy });
    if (isAllowed(ask)) continue;
    throw invalidParameter(
      `The provided execution role does not have permissions to call ${action} on SQS`,
    );
  }
  if (queue.visibilityTimeoutSeconds < timeoutSeconds) {
    throw invalidParameter(
      `Queue visibility timeout: ${queue.visibilityTimeoutSeconds} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
    );
  }
}

function requireFunction(
  draft: Draft,
  { functionName }: { readonly functionName: string },
  { region, accountId }: Place,
): FunctionDraft {
  const found = draft.functions.get(functionName);
  if (found !== undefined) return found;
  const arn = `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
  throw new AwsError("ResourceNotFoundException", `Function not found: ${arn}`);
}

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf(":") + 1);

const queueArn = (name: string, { region, accountId }: Place): string =>
  `arn:aws:sqs:${region}:${accountId}:${name}`;

/** The service tries what it would do later, with the role that it is given. */
const asRole = (access: Access, roleArn: string): Authorize =>
  access.authorizeAs(roleSession(roleArn, "check"));

const invalidParameter = (message: string): AwsError =>
  new AwsError("InvalidParameterValueException", message);

function isAllowed(ask: () => void): boolean {
  try {
    ask();
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.code.startsWith("AccessDenied")) return false;
    throw error;
  }
}

/** AWS's errors with the resource that they are about before them, as Terraform has it. */
function as(resource: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new Error(`${resource}: ${error.code}: ${error.message}`, { cause: error });
  }
}
