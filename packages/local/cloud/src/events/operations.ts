import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { parseInput } from "../parse-input.ts";
import type { Call, Operation } from "../service.ts";
import type { EventBus, Rule } from "./bus.ts";
import { type FlatEvent, flatten, matches } from "./match.ts";
import { parsePattern } from "./pattern.ts";
import { InvalidPatternError } from "./pattern-error.ts";
import { putEventsOperation } from "./put-events.ts";

const busName = z.string().min(1).optional();
const page = {
  NextToken: z.string().optional(),
  Limit: z.int().min(1).max(100).optional(),
};
const listRules = z.strictObject({
  NamePrefix: z.string().optional(),
  EventBusName: busName,
  ...page,
});
const describeRule = z.strictObject({ Name: z.string(), EventBusName: busName });
const listTargets = z.strictObject({ Rule: z.string(), EventBusName: busName, ...page });
const listBuses = z.strictObject({ NamePrefix: z.string().optional(), ...page });
const testPattern = z.strictObject({ EventPattern: z.string().max(4096), Event: z.string() });

/** What an event must have to be tested against a pattern. */
const testedEvent = z.looseObject({
  id: z.string(),
  account: z.string(),
  source: z.string(),
  time: z.string(),
  region: z.string(),
  "detail-type": z.string(),
});

/** The operations of EventBridge that the local cloud has; every other name is refused. Rules come from the stack. */
export function eventsOperations(bus: EventBus): Record<string, Operation> {
  function requireBus(name: string | undefined): void {
    if (name === undefined || name === "default" || name === bus.arn) return;
    throw new AwsError("ResourceNotFoundException", `Event bus ${name} does not exist.`);
  }

  function requireRule(name: string, eventBusName: string | undefined): Rule {
    requireBus(eventBusName);
    const rule = bus.rule(name);
    if (rule !== undefined) return rule;
    throw new AwsError(
      "ResourceNotFoundException",
      `Rule ${name} does not exist on EventBus default.`,
    );
  }

  const ruleArn = (name: string): string =>
    `${bus.arn.replace(/event-bus\/default$/, "rule/")}${name}`;

  return {
    PutEvents: putEventsOperation(bus),

    ListRules(raw: unknown, call: Call) {
      const input = parseInput(listRules, raw);
      call.authorize("events:ListRules", ruleArn("*"));
      requireBus(input.EventBusName);
      const named = bus.rules().filter(({ name }) => name.startsWith(input.NamePrefix ?? ""));
      const { items, nextToken } = pageOf(named, ({ name }) => name, input);
      return { Rules: items.map(describe), ...nextToken };
    },

    DescribeRule(raw: unknown, call: Call) {
      const input = parseInput(describeRule, raw);
      call.authorize("events:DescribeRule", ruleArn(input.Name));
      return describe(requireRule(input.Name, input.EventBusName));
    },

    ListTargetsByRule(raw: unknown, call: Call) {
      const input = parseInput(listTargets, raw);
      call.authorize("events:ListTargetsByRule", ruleArn(input.Rule));
      const { targets } = requireRule(input.Rule, input.EventBusName);
      const sorted = [...targets].sort((one, other) => (one.id < other.id ? -1 : 1));
      const { items, nextToken } = pageOf(sorted, ({ id }) => id, input);
      return {
        Targets: items.map((target) => ({
          Id: target.id,
          Arn: target.arn,
          RetryPolicy: {
            MaximumRetryAttempts: target.maximumRetryAttempts,
            MaximumEventAgeInSeconds: target.maximumEventAgeSeconds,
          },
          ...(target.deadLetterArn === undefined
            ? {}
            : { DeadLetterConfig: { Arn: target.deadLetterArn } }),
        })),
        ...nextToken,
      };
    },

    ListEventBuses(raw: unknown, call: Call) {
      const input = parseInput(listBuses, raw);
      call.authorize("events:ListEventBuses", "*");
      const there = "default".startsWith(input.NamePrefix ?? "");
      return { EventBuses: there ? [{ Name: "default", Arn: bus.arn }] : [] };
    },

    TestEventPattern(raw: unknown, call: Call) {
      const input = parseInput(testPattern, raw);
      call.authorize("events:TestEventPattern", "*");
      return { Result: matches(readPattern(input.EventPattern), readEvent(input.Event)) };
    },
  };
}

const describe = (rule: Rule) => ({
  Name: rule.name,
  Arn: rule.arn,
  ...(rule.eventPattern === undefined ? {} : { EventPattern: rule.eventPattern }),
  ...(rule.scheduleExpression === undefined ? {} : { ScheduleExpression: rule.scheduleExpression }),
  State: "ENABLED",
  EventBusName: "default",
});

function readPattern(json: string) {
  try {
    return parsePattern(json);
  } catch (error) {
    if (!(error instanceof InvalidPatternError)) throw error;
    throw new AwsError("InvalidEventPatternException", error.message, { cause: error });
  }
}

function readEvent(json: string): FlatEvent {
  try {
    return flatten(testedEvent.parse(JSON.parse(json)));
  } catch (error) {
    throw new AwsError("ValidationException", "Parameter Event is not valid.", { cause: error });
  }
}

/** A page after the one whose last item the token names. */
function pageOf<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  input: { NextToken?: string | undefined; Limit?: number | undefined },
): { items: Item[]; nextToken: { NextToken?: string } } {
  const limit = input.Limit ?? 100;
  const after = Buffer.from(input.NextToken ?? "", "base64url").toString();
  const rest = items.filter((item) => nameOf(item) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const more = rest.length > page.length && last !== undefined;
  return {
    items: page,
    nextToken: more ? { NextToken: Buffer.from(nameOf(last)).toString("base64url") } : {},
  };
}
