import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFilterPattern } from "./filter-pattern.ts";

const matches = (pattern: string, message: string): boolean => parseFilterPattern(pattern)(message);

describe("terms", () => {
  test.each([
    ["", "anything", true],
    ["ERROR", "[ERROR 400] BAD REQUEST", true],
    ["ERROR", "[error 400]", false],
    ["ERROR 400", "400 is an ERROR", true],
    ["ERROR 401", "400 is an ERROR", false],
    ["?ERROR ?WARN", "WARN: x", true],
    ["?ERROR ?WARN", "INFO: x", false],
    ["ERROR -timeout", "ERROR timeout", false],
    ["ERROR -timeout", "ERROR refused", true],
    ['"exact phrase"', "an exact phrase here", true],
    ['"exact phrase"', "a phrase that is exact", false],
    ['-"exact phrase"', "an exact phrase here", false],
    ['"a \\"quoted\\" one"', 'say a "quoted" one', true],
    ["Größe", "die Größe", true],
  ])("%s on %s: %s", (pattern, message, expected) => {
    expect(matches(pattern, message)).toBe(expected);
  });

  test.each([
    ["[ip, user]", "fields by position"],
    ["%ERR.R%", "regular expressions"],
    ["request-id", "stands in quotes"],
    ['"open', "can't read"],
    ["?ERROR WARN", "can't be combined"],
    ["- ERROR", "can't read"],
  ])("%s is refused", (pattern, why) => {
    expect(() => parseFilterPattern(pattern)).toThrow(/^Invalid filter pattern: /);
    expect(() => parseFilterPattern(pattern)).toThrow(why);
  });

  test("a quoted phrase finds every message that has it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (phrase, left, right) => {
        const quoted = `"${phrase.replace(/["\\]/g, "\\$&")}"`;
        expect(matches(quoted, left + phrase + right)).toBe(true);
      }),
    );
  });
});

describe("conditions on JSON", () => {
  const message = JSON.stringify({
    level: "ERROR",
    ms: 120,
    ok: true,
    user: null,
    at: "10.0.3.7",
    list: [{ n: 1 }, { n: 2 }],
    "a name": { "b.c": "x" },
  });

  test.each([
    ['{ $.level = "ERROR" }', true],
    ["{ $.level = ERROR }", true],
    ['{ $.level = "ERR*" }', true],
    ["{$.at=10.0.*}", true],
    ["{ $.at != 10.0.* }", false],
    ['{ $.level != "INFO" }', true],
    ["{ $.ms > 100 }", true],
    ["{ $.ms >= 1.2e2 && $.ms <= 120 }", true],
    ["{ $.ms < 120 }", false],
    ["{ $.ms = 120 }", true],
    ['{ $.ms = "120" }', false],
    ["{ $.level = 1 }", false],
    ["{ $.ok IS TRUE }", true],
    ["{ $.ok IS FALSE }", false],
    ["{ $.user IS NULL }", true],
    ["{ $.nothing IS NULL }", false],
    ["{ $.nothing NOT EXISTS }", true],
    ["{ $.user NOT EXISTS }", false],
    ['{ $.nothing != "x" }', false],
    ["{ $.list[1].n = 2 }", true],
    ["{ $.list[0].n = 2 }", false],
    ["{ $.list[*].n = 2 }", true],
    ["{ $.list[7].n = 2 }", false],
    ["{ $['a name']['b.c'] = x }", true],
    ['{ $.level = "INFO" || $.ms > 100 && $.ok IS TRUE }', true],
    ['{ ($.level = "ERROR" || $.ms > 100) && $.ok IS FALSE }', false],
  ])("%s: %s", (pattern, expected) => {
    expect(matches(pattern, message)).toBe(expected);
  });

  test.each(["no JSON", "[1]", "{", '"ERROR"', ""])("%s never matches", (text) => {
    expect(matches("{ $.nothing NOT EXISTS }", text)).toBe(false);
  });

  test.each([
    ["{ $.a }", "a comparison"],
    ["{ $.a = }", "a value"],
    ["{ $.a = 1", '"}"'],
    ["{ $.a = 1 } x", "the end"],
    ["{ a = 1 }", "a selector"],
    ["{ $.a EXISTS }", "a comparison"],
    ["{ $.a > ten }", "compares numbers"],
    ["{ $.a = true }", "IS TRUE"],
    ["{ $.a = %x% }", "regular expressions"],
    ["{ $.a* = 1 }", "wildcards in names"],
    ["{ $ = 1 }", "selector"],
    ["{ $.a[x] = 1 }", "selector"],
    ["{ ($.a = 1 }", '")"'],
  ])("%s is refused", (pattern, why) => {
    expect(() => parseFilterPattern(pattern)).toThrow(/^Invalid filter pattern: /);
    expect(() => parseFilterPattern(pattern)).toThrow(why);
  });

  test("no pattern makes the reading or the matching anything but an answer or a refusal", () => {
    const pieces = [
      "{",
      "}",
      "$.a",
      "=",
      "!=",
      "&&",
      "||",
      "(",
      ")",
      "x*",
      '"y"',
      "1",
      "NOT",
      "IS",
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...pieces), { maxLength: 12 }),
        fc.string(),
        (parts, a) => {
          let filter: ReturnType<typeof parseFilterPattern>;
          try {
            filter = parseFilterPattern(`{${parts.join(" ")}`);
          } catch (error) {
            expect(error).toMatchObject({ code: "InvalidParameterException" });
            return;
          }
          expect(typeof filter(JSON.stringify({ a }))).toBe("boolean");
        },
      ),
    );
  });
});
