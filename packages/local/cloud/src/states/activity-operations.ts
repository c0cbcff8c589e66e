import { z } from "zod";
import { parseInput } from "../parse-input.ts";
import type { Place } from "../place.ts";
import type { Operation } from "../service.ts";
import type { Activities } from "./activities.ts";
import type { Activity } from "./activity-store.ts";
import { seconds } from "./epoch-seconds.ts";
import { activityDoesNotExist } from "./errors.ts";
import { encryptionInput, machineArnText, tagList } from "./machine-input.ts";
import { activityArn, checkArn, checkName } from "./names.ts";
import { pageInput, pageSize, readToken, writeToken } from "./paging.ts";
import { withTags } from "./tag-operations.ts";

const nameText = z.string().min(1).max(80);
const createInput = z.strictObject({
  name: nameText,
  tags: tagList.optional(),
  encryptionConfiguration: encryptionInput,
});
const oneInput = z.strictObject({ activityArn: machineArnText });
const taskInput = z.strictObject({ activityArn: machineArnText, workerName: nameText.optional() });

/** Activities, and the tasks of theirs that workers ask for. */
export function activityOperations(options: {
  place: Place;
  activities: Activities;
}): Record<string, Operation> {
  const { activities, place } = options;

  const summary = (activity: Activity) => ({
    activityArn: activity.arn,
    name: activity.name,
    creationDate: seconds(activity.creationDate),
  });

  return {
    CreateActivity(raw, call) {
      const input = parseInput(createInput, raw);
      checkName(input.name);
      const arn = activityArn(place, input.name);
      call.authorize("states:CreateActivity", arn);
      const tags = withTags({}, input.tags ?? []);
      if (Object.keys(tags).length > 0) call.authorize("states:TagResource", arn);
      const { creationDate } = activities.create(input.name, tags);
      return { activityArn: arn, creationDate: seconds(creationDate) };
    },

    DeleteActivity(raw, call) {
      const input = parseInput(oneInput, raw);
      checkArn(place, "activity", input.activityArn);
      call.authorize("states:DeleteActivity", input.activityArn);
      activities.remove(input.activityArn);
      return {};
    },

    DescribeActivity(raw, call) {
      const input = parseInput(oneInput, raw);
      checkArn(place, "activity", input.activityArn);
      call.authorize("states:DescribeActivity", input.activityArn);
      const activity = activities.find(input.activityArn);
      if (activity === undefined) throw activityDoesNotExist(input.activityArn);
      return { ...summary(activity), encryptionConfiguration: { type: "AWS_OWNED_KEY" } };
    },

    ListActivities(raw, call) {
      const input = parseInput(z.strictObject(pageInput), raw);
      call.authorize("states:ListActivities", "*");
      const after = input.nextToken === undefined ? "" : readToken(input.nextToken);
      const rest = activities.list().filter(({ name }) => name > after);
      const page = rest.slice(0, pageSize(input.maxResults));
      const last = page.at(-1);
      return {
        activities: page.map(summary),
        ...(rest.length > page.length && last !== undefined
          ? { nextToken: writeToken(last.name) }
          : {}),
      };
    },

    async GetActivityTask(raw, call) {
      const input = parseInput(taskInput, raw);
      checkArn(place, "activity", input.activityArn);
      call.authorize("states:GetActivityTask", input.activityArn);
      if (input.workerName !== undefined) checkName(input.workerName);
      const task = await activities.take(input.activityArn, input.workerName, call.signal);
      return { taskToken: task?.taskToken ?? null, input: task?.input ?? null };
    },
  };
}
