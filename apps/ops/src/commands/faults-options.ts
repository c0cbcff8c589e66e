import { UsageError } from "../failure.ts";

/** What `darkroom faults add` was given, as text. */
export interface FaultOptions {
  readonly function?: string;
  readonly call?: string;
  readonly error?: string;
  readonly timeout?: string;
  readonly delay?: string;
  readonly times?: string;
  readonly rate?: string;
}

/** The fault as the local cloud takes it. @throws UsageError for what makes no sense, before anything is asked */
export function readFault(options: FaultOptions) {
  requireOne(options, ["function", "call"]);
  requireOne(options, ["error", "timeout", "delay"]);
  if (options.call !== undefined && options.timeout !== undefined) {
    throw new UsageError("A call has no timeout: give --error or --delay, or a --function");
  }
  return {
    ...(options.function === undefined ? {} : { Function: options.function }),
    ...(options.call === undefined ? {} : { Call: options.call }),
    ...(options.error === undefined ? {} : { Error: parseError(options.error) }),
    ...numberOption("Timeout", "--timeout", options.timeout, isSeconds, secondsAdvice),
    ...numberOption("Delay", "--delay", options.delay, isSeconds, secondsAdvice),
    ...numberOption("Times", "--times", options.times, isCount, "a whole number from 1"),
    ...numberOption("Rate", "--rate", options.rate, isShare, "a share above 0 and up to 1"),
  };
}

/** @throws UsageError when it is no id */
export function parseId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is no fault's id: give a number that \`faults list\` shows`);
}

function requireOne(options: FaultOptions, names: readonly (keyof FaultOptions)[]): void {
  const given = names.filter((name) => options[name] !== undefined);
  if (given.length === 1) return;
  const flags = (list: readonly string[]) => list.map((name) => `--${name}`);
  throw new UsageError(
    given.length === 0
      ? `Give one of ${flags(names).join(", ")}`
      : `${flags(given).join(" and ")} can't go together: give one of them`,
  );
}

function parseError(text: string): string {
  if (/^[A-Za-z][A-Za-z0-9._]{0,127}$/.test(text)) return text;
  throw new UsageError(
    `--error "${text}" is no error's name: give one such as ThrottlingException`,
  );
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html: no function runs longer. */
const isSeconds = (value: number): boolean => value >= 0.1 && value <= 900;
const secondsAdvice = "seconds from 0.1 to 900";
const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 1e6;
const isShare = (value: number): boolean => value > 0 && value <= 1;

function numberOption<Name extends string>(
  name: Name,
  flag: string,
  text: string | undefined,
  isFine: (value: number) => boolean,
  advice: string,
): { readonly [Key in Name]?: number } {
  if (text === undefined) return {};
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!isFine(value)) throw new UsageError(`${flag} is "${text}": give ${advice}`);
  return { [name]: value } as { readonly [Key in Name]?: number };
}
