import { parsePolicy } from "../iam/policy.ts";
import type { QueueDraft } from "../terraform/draft.ts";
import { invalidAttributeName, invalidAttributeValue, unsupported } from "./errors.ts";
import { checkRedriveAllowPolicy, parseRedrivePolicy, type RedrivePolicy } from "./redrive.ts";
import type { Tags } from "./tags.ts";

/** What can be set about a queue. */
export interface QueueSettings {
  readonly visibilityTimeoutSeconds: number;
  readonly messageRetentionSeconds: number;
  readonly receiveWaitTimeSeconds: number;
  readonly delaySeconds: number;
  readonly maxMessageSize: number;
  readonly policy: string | undefined;
  readonly redrive: RedrivePolicy | undefined;
  readonly redriveAllowPolicy: string | undefined;
  readonly sseEnabled: boolean;
  readonly tags: Tags;
}

/** Defaults: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
export const defaultSettings: QueueSettings = {
  visibilityTimeoutSeconds: 30,
  messageRetentionSeconds: 345_600,
  receiveWaitTimeSeconds: 0,
  delaySeconds: 0,
  maxMessageSize: 1_048_576,
  policy: undefined,
  redrive: undefined,
  redriveAllowPolicy: undefined,
  sseEnabled: true,
  tags: {},
};

/** The numeric attributes with their range. */
const numbers = {
  VisibilityTimeout: { setting: "visibilityTimeoutSeconds", minimum: 0, maximum: 43_200 },
  MessageRetentionPeriod: { setting: "messageRetentionSeconds", minimum: 60, maximum: 1_209_600 },
  ReceiveMessageWaitTimeSeconds: { setting: "receiveWaitTimeSeconds", minimum: 0, maximum: 20 },
  DelaySeconds: { setting: "delaySeconds", minimum: 0, maximum: 900 },
  MaximumMessageSize: { setting: "maxMessageSize", minimum: 1024, maximum: 1_048_576 },
} as const;

const notHere: Readonly<Record<string, string>> = {
  FifoQueue: "FIFO queues",
  ContentBasedDeduplication: "FIFO queues",
  DeduplicationScope: "FIFO queues",
  FifoThroughputLimit: "FIFO queues",
  KmsMasterKeyId: "encryption with a key of KMS",
  KmsDataKeyReusePeriodSeconds: "encryption with a key of KMS",
};

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The settings that attributes as the API has them ask for. @throws AwsError that names the first wrong one. */
export function readAttributes(
  attributes: Readonly<Record<string, string>>,
): Partial<QueueSettings> {
  const settings: Mutable<Partial<QueueSettings>> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (Object.hasOwn(numbers, name)) {
      const { setting, minimum, maximum } = numbers[name as keyof typeof numbers];
      const number = Number(value);
      if (!/^\d+$/.test(value) || number < minimum || number > maximum) {
        throw invalidAttributeValue(name);
      }
      settings[setting] = number;
    } else if (name === "Policy") {
      settings.policy = value === "" ? undefined : checkedPolicy(value);
    } else if (name === "RedrivePolicy") {
      settings.redrive = value === "" ? undefined : parseRedrivePolicy(value);
    } else if (name === "RedriveAllowPolicy") {
      if (value !== "") checkRedriveAllowPolicy(value);
      settings.redriveAllowPolicy = value === "" ? undefined : value;
    } else if (name === "SqsManagedSseEnabled") {
      if (value !== "true" && value !== "false") throw invalidAttributeValue(name);
      settings.sseEnabled = value === "true";
    } else if (Object.hasOwn(notHere, name)) {
      throw unsupported(`the attribute ${name} (${notHere[name]})`);
    } else {
      throw invalidAttributeName(name);
    }
  }
  return settings;
}

/** A policy that the local cloud can't evaluate must not be taken: it would deny or allow something else than on AWS. */
function checkedPolicy(policy: string): string {
  try {
    parsePolicy(policy, "Policy");
    return policy;
  } catch (error) {
    throw invalidAttributeValue("Policy", error instanceof Error ? error.message : String(error));
  }
}

/** The settings as attributes of the API, in which tags have no part; one that isn't set is left out. */
export function writeAttributes(settings: Omit<QueueSettings, "tags">): Record<string, string> {
  const optional = (name: string, value: string | undefined) =>
    value === undefined ? {} : { [name]: value };
  return {
    ...Object.fromEntries(
      Object.entries(numbers).map(([name, { setting }]) => [name, String(settings[setting])]),
    ),
    ...optional("Policy", settings.policy),
    ...optional("RedrivePolicy", settings.redrive && JSON.stringify(settings.redrive)),
    ...optional("RedriveAllowPolicy", settings.redriveAllowPolicy),
    SqsManagedSseEnabled: String(settings.sseEnabled),
  };
}

/** What a stack asks for, held to the same rules as what a caller of the API asks for. @throws Error that names the queue */
export function settingsOfDraft(draft: QueueDraft): QueueSettings {
  try {
    if (draft.name.endsWith(".fifo")) throw unsupported("FIFO queues");
    const { name: _, policy, redrive, redriveAllowPolicy, ...rest } = draft;
    const attributes = writeAttributes({ ...rest, policy, redrive, redriveAllowPolicy });
    return { ...defaultSettings, ...readAttributes(attributes) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The queue ${draft.name} can't be made: ${why}`, { cause: error });
  }
}
