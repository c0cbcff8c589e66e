import { z } from "zod";
import { AwsError } from "../../aws-error.ts";
import type { Call, Operation } from "../../service.ts";
import { parseRequest } from "../parse-request.ts";
import type { Table } from "../table-definition.ts";
import { validationError } from "../validation-error.ts";
import type { DynamoContext } from "./dynamo-context.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html */
const maximumTags = 50;
const tagKey = z.string().min(1).max(128);

export const tagList = z.array(z.strictObject({ Key: tagKey, Value: z.string().max(256) }));

const resourceArn = z.string().min(1).max(1283);
const tagRequest = z.strictObject({ ResourceArn: resourceArn, Tags: tagList });
const untagRequest = z.strictObject({ ResourceArn: resourceArn, TagKeys: z.array(tagKey) });
const listRequest = z.strictObject({ ResourceArn: resourceArn });

/** @throws ValidationException when there are too many. */
export function readTags(
  tags: z.output<typeof tagList>,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const all = new Map([...before, ...tags.map(({ Key, Value }) => [Key, Value] as const)]);
  if (all.size > maximumTags) {
    throw validationError("Too many tags: a resource can have no more than 50 of them");
  }
  return all;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html */
export const tagResource =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const { ResourceArn, Tags } = parseRequest(tagRequest, raw);
    const table = openArn(context, call, "TagResource", ResourceArn);
    context.catalog.setTags(table, readTags(Tags, context.catalog.tagsOf(table)));
    return undefined;
  };

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html */
export const untagResource =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const { ResourceArn, TagKeys } = parseRequest(untagRequest, raw);
    const table = openArn(context, call, "UntagResource", ResourceArn);
    const tags = context.catalog.tagsOf(table);
    for (const key of TagKeys) tags.delete(key);
    context.catalog.setTags(table, tags);
    return undefined;
  };

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html; all fit on one page. */
export const listTagsOfResource =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const { ResourceArn } = parseRequest(listRequest, raw);
    const table = openArn(context, call, "ListTagsOfResource", ResourceArn);
    return { Tags: [...context.catalog.tagsOf(table)].map(([Key, Value]) => ({ Key, Value })) };
  };

function openArn({ catalog }: DynamoContext, call: Call, action: string, arn: string): Table {
  if (!/^arn:[a-z0-9-]+:dynamodb:[a-z0-9-]+:\d{12}:table\/[a-zA-Z0-9_.-]+$/.test(arn)) {
    throw validationError(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  }
  call.authorize(`dynamodb:${action}`, arn);
  const table = catalog.find(arn.slice(arn.lastIndexOf("/") + 1));
  if (table?.arn === arn) return table;
  throw new AwsError(
    "ResourceNotFoundException",
    `Requested resource not found: ResourcArn: ${arn} not found`,
  );
}
