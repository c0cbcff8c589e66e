import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { duplicateKeys } from "./duplicate-keys.ts";

describe("duplicateKeys", () => {
  it.each<[string, string[]]>([
    ['{"a":1,"b":{"a":2},"a":3}', ["/a"]],
    ['{"States":{"X":{"Type":"Pass"},"X":{"Type":"Fail"}}}', ["/States/X"]],
    ['{"l":[{"a":1},{"a":1,"b":[],"b":{}}]}', ["/l[1]/b"]],
    ['{"a":"{\\"a\\":1}","b":",","\\u0061":1}', ["/a"]],
    ['{"a":{},"b":[{},{}],"c":"a"}', []],
    ["[1,2,3]", []],
    ['"a"', []],
  ])("finds in %s: %j", (text, expected) => {
    expect(duplicateKeys(text)).toEqual(expected);
  });

  it("finds none in what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(duplicateKeys(JSON.stringify(JSON.parse(text), null, 2))).toEqual([]);
      }),
    );
  });
});
