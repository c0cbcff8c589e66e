/** A fault as the local cloud tells it. */
interface FaultShown {
  readonly Id: number;
  readonly Function?: string | undefined;
  readonly Call?: string | undefined;
  readonly Error?: string | undefined;
  readonly Timeout?: number | undefined;
  readonly Delay?: number | undefined;
  readonly Times?: number | undefined;
  readonly Remaining?: number | undefined;
  readonly Rate?: number | undefined;
}

/** e.g. `3  dynamodb:UpdateItem  fails with ThrottlingException, 1 of 2 times left, at a rate of 0.2` */
export function describeFault(fault: FaultShown): string {
  const parts = [
    effect(fault),
    fault.Times === undefined
      ? "until it is cleared"
      : `${fault.Remaining ?? fault.Times} of ${fault.Times} ${fault.Times === 1 ? "time" : "times"} left`,
    ...(fault.Rate === undefined ? [] : [`at a rate of ${fault.Rate}`]),
  ];
  return `${fault.Id}  ${fault.Function ?? fault.Call}  ${parts.join(", ")}`;
}

function effect({ Error: name, Timeout, Delay }: FaultShown): string {
  if (name !== undefined) return `fails with ${name}`;
  return Timeout === undefined ? `is ${Delay} s late` : `times out after ${Timeout} s`;
}
