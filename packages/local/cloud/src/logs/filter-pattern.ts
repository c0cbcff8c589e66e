import { invalidFilterPattern } from "./errors.ts";
import { parseJsonFilter } from "./json-filter.ts";

/** Whether a message is wanted. */
export type MessageFilter = (message: string) => boolean;

interface Term {
  readonly kind: "all" | "any" | "none";
  readonly text: string;
}

/**
 * Reads a filter pattern: terms that must all be in the message, `?terms` of which one must be, `-terms` that must not,
 * "quoted phrases", or a condition on a JSON message in braces
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html).
 * @throws AwsError for any other syntax
 */
export function parseFilterPattern(pattern: string): MessageFilter {
  const text = pattern.trim();
  if (text === "") return () => true;
  if (text.startsWith("{")) return parseJsonFilter(text);
  if (text.startsWith("[")) {
    throw invalidFilterPattern(
      "the local cloud does not support patterns of fields by position, [a, b]",
    );
  }
  if (text.includes("%") && !text.includes('"')) {
    throw invalidFilterPattern("the local cloud does not support regular expressions, %…%");
  }
  const terms = readTerms(text);
  const of = (kind: Term["kind"]) =>
    terms.filter((term) => term.kind === kind).map((term) => term.text);
  const [all, any, none] = [of("all"), of("any"), of("none")];
  // CloudWatch Logs takes the mixture, and then ignores the optional terms.
  if (any.length > 0 && any.length < terms.length) {
    throw invalidFilterPattern("optional terms (?term) can't be combined with others");
  }
  return (message) =>
    all.every((term) => message.includes(term)) &&
    none.every((term) => !message.includes(term)) &&
    (any.length === 0 || any.some((term) => message.includes(term)));
}

const termSyntax = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|([\p{L}\p{N}_]+))(?=\s|$)/uy;

function readTerms(text: string): Term[] {
  const terms: Term[] = [];
  termSyntax.lastIndex = 0;
  while (termSyntax.lastIndex < text.length) {
    const start = termSyntax.lastIndex;
    const found = termSyntax.exec(text);
    if (found === null) {
      throw invalidFilterPattern(
        `can't read "${text.slice(start).trim()}": a term with anything but letters, digits and underscores stands in quotes`,
      );
    }
    const [, sign, quoted, bare] = found;
    terms.push({
      kind: sign === "?" ? "any" : sign === "-" ? "none" : "all",
      text: bare ?? (quoted ?? "").replace(/\\(.)/g, "$1"),
    });
  }
  return terms;
}
