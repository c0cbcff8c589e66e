import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { parseInput } from "../parse-input.ts";
import type { Place } from "../place.ts";
import type { Operation } from "../service.ts";
import type { Activities } from "./activities.ts";
import { machineArnText, type TagList, tagList } from "./machine-input.ts";
import type { MachineRegistry } from "./machine-registry.ts";
import { checkArn } from "./names.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: tags of one resource, and their sizes. */
const maximumTags = 50;
const maximumKeyLength = 128;
const maximumValueLength = 256;

interface Tagged {
  readonly tags: Readonly<Record<string, string>>;
  set(tags: Readonly<Record<string, string>>): void;
}

/** Tags of state machines and activities: those of the stack have none until somebody sets them. */
export function tagOperations(options: {
  place: Place;
  machines: MachineRegistry;
  activities: Activities;
}): Record<string, Operation> {
  const { activities, machines, place } = options;

  const checkTagged = (arn: string) => checkArn(place, ["stateMachine", "activity"], arn);

  function requireResource(arn: string): Tagged {
    const machine = machines.find(arn);
    if (machine !== undefined) {
      return { tags: machine.tags, set: (tags) => machines.tag(machine, tags) };
    }
    const activity = activities.find(arn);
    if (activity !== undefined) {
      return { tags: activity.tags, set: (tags) => activities.tag(activity, tags) };
    }
    throw new AwsError("ResourceNotFound", `Resource not found: '${arn}'`);
  }

  return {
    TagResource(raw, call) {
      const input = parseInput(z.strictObject({ resourceArn: machineArnText, tags: tagList }), raw);
      checkTagged(input.resourceArn);
      call.authorize("states:TagResource", input.resourceArn);
      const resource = requireResource(input.resourceArn);
      resource.set(withTags(resource.tags, input.tags));
      return {};
    },

    UntagResource(raw, call) {
      const input = parseInput(
        z.strictObject({ resourceArn: machineArnText, tagKeys: z.array(z.string()) }),
        raw,
      );
      checkTagged(input.resourceArn);
      call.authorize("states:UntagResource", input.resourceArn);
      const resource = requireResource(input.resourceArn);
      const left = Object.entries(resource.tags).filter(([key]) => !input.tagKeys.includes(key));
      resource.set(Object.fromEntries(left));
      return {};
    },

    ListTagsForResource(raw, call) {
      const input = parseInput(z.strictObject({ resourceArn: machineArnText }), raw);
      checkTagged(input.resourceArn);
      call.authorize("states:ListTagsForResource", input.resourceArn);
      const { tags } = requireResource(input.resourceArn);
      return { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
    },
  };
}

/** @throws AwsError when a tag can't be set, or they are too many */
export function withTags(
  tags: Readonly<Record<string, string>>,
  added: TagList,
): Record<string, string> {
  for (const { key, value } of added) {
    const why = faultOf(key, value);
    if (why !== undefined) throw new AwsError("ValidationException", `The tag '${key}' ${why}.`);
  }
  const all = { ...tags, ...Object.fromEntries(added.map(({ key, value }) => [key, value])) };
  if (Object.keys(all).length > maximumTags) {
    throw new AwsError("TooManyTags", `A resource can't have more than ${maximumTags} tags.`);
  }
  return all;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_Tag.html */
function faultOf(key: string, value: string): string | undefined {
  if (key === "" || key.length > maximumKeyLength) {
    return `has a key that is not between 1 and ${maximumKeyLength} characters long`;
  }
  if (value.length > maximumValueLength) {
    return `has a value that is longer than ${maximumValueLength} characters`;
  }
  if (key.toLowerCase().startsWith("aws:")) return "begins with aws:, which is AWS's own";
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key + value)
    ? undefined
    : "has other characters than letters, spaces, numbers and _ . : / = + - @";
}
