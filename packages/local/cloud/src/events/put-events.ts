import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { parseInput } from "../parse-input.ts";
import type { Call, Operation } from "../service.ts";
import type { EventBus, IncomingEvent } from "./bus.ts";
import { flatten } from "./match.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html: entries together, 1 MB. */
const maximumRequestBytes = 1_048_576;

const entry = z.strictObject({
  /** Epoch seconds; up to the year 9999. */
  Time: z.number().min(0).max(253_402_300_799).optional(),
  Source: z.string().optional(),
  Resources: z.array(z.string().max(2048)).optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().optional(),
});
const putEvents = z.strictObject({ Entries: z.array(entry).min(1).max(10) });

type Entry = z.infer<typeof entry>;

/** Entries fail one by one; those that don't are put in one transaction. */
export function putEventsOperation(bus: EventBus): Operation {
  return (raw: unknown, call: Call) => {
    const { Entries } = parseInput(putEvents, raw);
    for (const { Source, DetailType } of Entries) {
      call.authorize("events:PutEvents", bus.arn, {
        context: { "events:source": Source ?? "", "events:detail-type": DetailType ?? "" },
      });
    }
    if (Entries.reduce((sum, one) => sum + sizeOf(one), 0) > maximumRequestBytes) {
      throw new AwsError(
        "ValidationException",
        "Total size of the entries in the request is over the limit.",
      );
    }
    const read = Entries.map((one) => readEntry(one, bus.arn));
    const ids = bus.put(read.filter((one): one is IncomingEvent => !("ErrorCode" in one)));
    return {
      FailedEntryCount: Entries.length - ids.length,
      Entries: read.map((one) => ("ErrorCode" in one ? one : { EventId: ids.shift() })),
    };
  };
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-calculate-putevents-entry-size */
function sizeOf(one: Entry): number {
  const texts = [one.Source, one.DetailType, one.Detail, ...(one.Resources ?? [])];
  return texts.reduce(
    (sum, text) => sum + Buffer.byteLength(text ?? ""),
    one.Time === undefined ? 0 : 14,
  );
}

interface FailedEntry {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

function readEntry(one: Entry, busArn: string): IncomingEvent | FailedEntry {
  const { Source: source, DetailType: detailType, Detail: detail } = one;
  if (!source) return required("Source");
  if (!detailType) return required("DetailType");
  if (!detail) return required("Detail");
  if (source.startsWith("aws.")) {
    return {
      ErrorCode: "NotAuthorizedForSourceException",
      ErrorMessage: "Not authorized for the source.",
    };
  }
  const { EventBusName: bus = "default" } = one;
  if (bus !== "default" && bus !== busArn) {
    return {
      ErrorCode: "InvalidArgument",
      ErrorMessage: `Event bus ${bus} does not exist: the local cloud has the default bus only.`,
    };
  }
  const parsed = parseDetail(detail);
  if (parsed === undefined) {
    return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  }
  return {
    source,
    "detail-type": detailType,
    resources: one.Resources ?? [],
    detail: parsed,
    time: one.Time === undefined ? undefined : one.Time * 1000,
  };
}

const required = (name: string): FailedEntry => ({
  ErrorCode: "InvalidArgument",
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
});

function parseDetail(detail: string): object | undefined {
  try {
    const value: unknown = JSON.parse(detail);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    // What is nested too deeply to be matched is not taken either.
    flatten(value);
    return value;
  } catch {
    return undefined;
  }
}
