import { z } from "zod";

/** What becomes of an invocation of a function. */
export type InvocationFault =
  /** It fails with this error, as if its handler had thrown it. */
  | { readonly kind: "error"; readonly errorType: string; readonly errorMessage: string }
  /** Its answer is kept back, and its timeout is this one if it is shorter than its own. */
  | { readonly kind: "timeout"; readonly seconds: number }
  /** Its handler begins so much later, in its own time. */
  | { readonly kind: "delay"; readonly seconds: number };

/** Nothing waits longer than a function may run: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html */
const seconds = z.number().min(0.1).max(900);

const members = {
  /** A function's deployed name, or its task's: `extract-metadata` is the one whose name ends in `-ExtractMetadata`. */
  Function: z.string().min(1).max(170).optional(),
  /** `service:Operation` */
  Call: z.string().min(1).max(200).optional(),
  Error: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9._]{0,127}$/, "must be an error's name, such as ThrottlingException")
    .optional(),
  Timeout: seconds.optional(),
  Delay: seconds.optional(),
  /** So many times, then it is gone; without it, until it is cleared. */
  Times: z.int().min(1).max(1_000_000).optional(),
  /** The chance of each invocation or call to get it; without it, each gets it. */
  Rate: z.number().gt(0).max(1).optional(),
};

/** What AddFault takes. */
export const faultRequest = z
  .strictObject(members)
  .refine(({ Function: name, Call }) => (name === undefined) !== (Call === undefined), {
    error: "give either Function or Call",
  })
  .refine(
    ({ Error: name, Timeout, Delay }) =>
      [name, Timeout, Delay].filter((one) => one !== undefined).length === 1,
    { error: "give one of Error, Timeout and Delay" },
  )
  .refine(({ Call, Timeout }) => Call === undefined || Timeout === undefined, {
    error: "a Call has no Timeout: give Error or Delay",
  });
export type FaultRequest = z.infer<typeof faultRequest>;

/** A fault as it is kept and told. */
export const fault = z.strictObject({
  ...members,
  Id: z.int(),
  /** How often it is still to come; only with Times. */
  Remaining: z.int().optional(),
  /** Epoch seconds. */
  AddedAt: z.number(),
});
export type Fault = z.infer<typeof fault>;

export const clearRequest = z
  .strictObject({ Id: z.int().min(1).optional(), All: z.literal(true).optional() })
  .refine(({ Id, All }) => (Id === undefined) !== (All === undefined), {
    error: "give either Id or All",
  });

export const addedFault = z.strictObject({ Fault: fault });
export const listedFaults = z.strictObject({ Faults: z.array(fault) });
export const clearedFaults = z.strictObject({ Cleared: z.int() });
