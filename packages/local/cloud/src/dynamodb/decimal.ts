import { validationError } from "./validation-error.ts";

/**
 * A DynamoDB number, exact: up to 38 significant digits with a magnitude from 1E-130 to 9.99…E+125
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html).
 */
export interface Decimal {
  readonly negative: boolean;
  /** Significant digits without zeros at either end; empty for zero. */
  readonly digits: string;
  /** Of the first digit: 1 for 12.5, -2 for 0.012. */
  readonly exponent: number;
}

const maximumDigits = 38;
const maximumExponent = 125;
const minimumExponent = -130;
/** An exponent is read as a 64-bit integer before its range is looked at; a longer one is no number at all. */
const maximumExponentDigits = 19;

const zero: Decimal = { negative: false, digits: "", exponent: 0 };
const literal = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?)(\d+))?$/;
const canonicalInteger = /^(?:0|-?[1-9]\d{0,14})$/;

const overflow = () =>
  validationError(
    "Number overflow. Attempting to store a number with magnitude larger than supported range",
  );

const underflow = () =>
  validationError(
    "Number underflow. Attempting to store a number with magnitude smaller than supported range",
  );

/** Reads what a client sent as a number. @throws ValidationException in DynamoDB's words. */
export function parseDecimal(text: string): Decimal {
  if (canonicalInteger.test(text)) return integer(text);
  const match = literal.exec(text);
  const [, sign = "", whole = "", fraction = "", exponentSign = "", exponentDigits = "0"] =
    match ?? [];
  if (match === null || whole + fraction === "") throw notNumeric(text);
  const exponentText = exponentDigits.replace(/^0+(?=\d)/, "");
  if (exponentText.length > maximumExponentDigits) throw notNumeric(text);
  const written = Number(`${exponentSign}${exponentText}`);
  const decimal = trimmed(sign === "-", whole + fraction, written + whole.length - 1);
  // Zero is judged by the exponent that it is written with.
  const magnitude = decimal.digits === "" ? written : decimal.exponent;
  if (magnitude > maximumExponent) throw overflow();
  if (magnitude < minimumExponent) throw underflow();
  if (decimal.digits.length > maximumDigits) {
    throw validationError("Attempting to store more than 38 significant digits in a Number");
  }
  return decimal;
}

function integer(text: string): Decimal {
  if (text === "0") return zero;
  const negative = text.startsWith("-");
  const digits = negative ? text.slice(1) : text;
  return {
    negative,
    digits: digits.endsWith("0") ? digits.replace(/0+$/, "") : digits,
    exponent: digits.length - 1,
  };
}

/** The one way in which a number is stored and given back: no exponent, no zeros that say nothing. */
export function normalizeNumber(text: string): string {
  return canonicalInteger.test(text) ? text : formatDecimal(parseDecimal(text));
}

function formatDecimal({ negative, digits, exponent }: Decimal): string {
  if (digits === "") return "0";
  const sign = negative ? "-" : "";
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = digits.slice(exponent + 1);
  return fraction === "" ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

/** The sum of two normalized numbers. A sum that 38 digits can't hold is an overflow too, as on AWS. */
export function addNumbers(left: string, right: string): string {
  if (canonicalInteger.test(left) && canonicalInteger.test(right)) {
    return String(Number(left) + Number(right));
  }
  const a = parseDecimal(left);
  const b = parseDecimal(right);
  const unit = Math.min(lastDigitExponent(a), lastDigitExponent(b));
  const sum = inUnits(a, unit) + inUnits(b, unit);
  const text = String(sum < 0n ? -sum : sum);
  const decimal = trimmed(sum < 0n, text, unit + text.length - 1);
  if (decimal.exponent > maximumExponent || decimal.digits.length > maximumDigits) throw overflow();
  if (decimal.exponent < minimumExponent) throw underflow();
  return formatDecimal(decimal);
}

export function subtractNumbers(left: string, right: string): string {
  if (right === "0") return left;
  return addNumbers(left, right.startsWith("-") ? right.slice(1) : `-${right}`);
}

/** Negative, 0 or positive as `left` is below, equal to or above `right`; both normalized. */
export function compareNumbers(left: string, right: string): number {
  if (left === right) return 0;
  if (canonicalInteger.test(left) && canonicalInteger.test(right)) {
    return Number(left) - Number(right);
  }
  return compareDecimals(parseDecimal(left), parseDecimal(right));
}

function compareDecimals(a: Decimal, b: Decimal): number {
  const signs = signOf(a) - signOf(b);
  if (signs !== 0) return signs;
  const direction = a.negative ? -1 : 1;
  if (a.exponent !== b.exponent) return direction * (a.exponent - b.exponent);
  return direction * (a.digits < b.digits ? -1 : Number(a.digits > b.digits));
}

const signOf = (decimal: Decimal): number =>
  decimal.digits === "" ? 0 : decimal.negative ? -1 : 1;

/** @param exponent of the first of `digits`, zeros at either end included. */
function trimmed(negative: boolean, digits: string, exponent: number): Decimal {
  const leading = digits.search(/[1-9]/);
  if (leading < 0) return zero;
  return {
    negative,
    digits: digits.slice(leading).replace(/0+$/, ""),
    exponent: exponent - leading,
  };
}

const lastDigitExponent = ({ digits, exponent }: Decimal): number =>
  digits === "" ? maximumExponent : exponent - digits.length + 1;

function inUnits(decimal: Decimal, unit: number): bigint {
  if (decimal.digits === "") return 0n;
  const value = BigInt(decimal.digits) * 10n ** BigInt(lastDigitExponent(decimal) - unit);
  return decimal.negative ? -value : value;
}

const notNumeric = (text: string) =>
  validationError(
    text === ""
      ? "The parameter cannot be converted to a numeric value"
      : `The parameter cannot be converted to a numeric value: ${text}`,
  );
