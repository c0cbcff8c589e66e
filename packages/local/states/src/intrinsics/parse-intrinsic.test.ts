import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PathSyntaxError } from "../jsonpath/path.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";
import type { Json } from "../types.ts";
import { parseIntrinsic } from "./parse-intrinsic.ts";

function call(text: string, input: Json = {}, draw: () => number = () => 0.5): Json {
  return parseIntrinsic(text)({
    input,
    context: () => ({ State: { Name: "S" } }),
    variable: (name) => ({ template: "It's {}!", n: { list: [3] } })[name],
    draw,
  });
}

describe("parseIntrinsic", () => {
  it.each<[string, Json, Json]>([
    ["States.Format('Hello {}!', $.name)", { name: "Ann" }, "Hello Ann!"],
    ["States.Format($.template, 1)", { template: "<{}>" }, "<1>"],
    ["States.Format('{} {} {}', 1.5, true, null)", {}, "1.5 true null"],
    ["States.Format('\\{\\} {} it\\'s \\\\', 1)", {}, "{} 1 it's \\"],
    ["States.Format('{}', $)", { a: "x", b: [1, { c: null }] }, "{a=x, b=[1, {c=null}]}"],
    ["States.Format('no place')", {}, "no place"],
    ["States.Format('{}', $['a, b'])", { "a, b": 1 }, "1"],
    ["States.Format('{}', $.list[?(@.id == 'x)')].id)", { list: [{ id: "x)" }] }, "[x)]"],
    ["States.Format('{}', $$.State.Name)", {}, "S"],
    ["States.Format($template, $n.list[0])", {}, "It's 3!"],
    ["States.ArrayLength( $n.list )", {}, 1],
    ["States.StringToJson($.text)", { text: '{"a": [1, null]}' }, { a: [1, null] }],
    ["States.StringToJson('')", {}, null],
    ["States.JsonToString($)", { a: [1, "x"] }, '{"a":[1,"x"]}'],
    ["States.StringSplit('1,2;;3', ',;')", {}, ["1", "2", "3"]],
    ["States.StringSplit('😁', '😀')", {}, ["😁"]],
    ["States.StringSplit(',,', ',')", {}, []],
    ["States.Array()", {}, []],
    ["States.Array(1, 'a', $.b, null, false)", { b: {} }, [1, "a", {}, null, false]],
    ["States.ArrayPartition($, 2)", [1, 2, 3], [[1, 2], [3]]],
    ["States.ArrayContains($, $[0])", [{ a: [1] }, 2], true],
    ["States.ArrayContains($, '1')", [1], false],
    ["States.ArrayRange(1, 9, 2)", {}, [1, 3, 5, 7, 9]],
    ["States.ArrayRange(5, 1, -2)", {}, [5, 3, 1]],
    ["States.ArrayRange(1, 0, 1)", {}, []],
    ["States.ArrayGetItem($, 1)", ["a", null], null],
    ["States.ArrayLength($)", [1, 2], 2],
    [
      "States.ArrayUnique($)",
      [1, 1, "1", { a: 1, b: 2 }, { b: 2, a: 1 }],
      [1, "1", { a: 1, b: 2 }],
    ],
    ["States.Base64Encode('Data to encode')", {}, "RGF0YSB0byBlbmNvZGU="],
    ["States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", {}, "Data to encode"],
    ["States.Hash('input data', 'SHA-1')", {}, "aaff4a450a104cd177d28d18d74485e8cae074b7"],
    [
      "States.JsonMerge($.a, $.b, false)",
      { a: { x: { y: 1 } }, b: { x: { z: 2 } } },
      { x: { z: 2 } },
    ],
    ["States.MathAdd(1.5, -2.5)", {}, 0],
    ["States.MathAdd(-0.5, 0)", {}, 0],
    ["States.MathRandom(10, 20)", {}, 15],
    ["States.Format('{}', States.ArrayGetItem(States.StringSplit('a-b', '-'), 1))", {}, "b"],
  ])("computes %s", (text, input, expected) => {
    const result = call(text, input);
    expect(result).toEqual(expected);
    expect(JSON.parse(JSON.stringify(result))).toEqual(expected);
  });

  it.each<[string, Json, string]>([
    ["States.Format('{}')", {}, "The template has 1 places for 0 values"],
    ["States.Format(1)", {}, "Argument 1 must be a string, but it is 1"],
    ["States.StringToJson('{')", {}, "The string is no JSON: {"],
    ["States.StringToJson($)", {}, "Argument 1 must be a string, but it is {}"],
    ["States.ArrayPartition($, 0)", [], "The size of a chunk must be a positive number"],
    ["States.ArrayRange(1, 2, 0)", {}, "The step of a range must not be 0"],
    ["States.ArrayRange(1, 1001, 1)", {}, "A range must not have more than 1000 items"],
    ["States.ArrayGetItem($, 1)", [0], "The index 1 is not one of the array's 1 items"],
    ["States.ArrayGetItem($, -1)", [0], "The index -1 is not one of the array's 1 items"],
    ["States.ArrayGetItem($, 0.5)", [0], "The index 0.5 is not one of the array's 1 items"],
    ["States.ArrayLength('a')", {}, 'Argument 1 must be an array, but it is "a"'],
    ["States.Base64Decode('%')", {}, "The string is not Base64"],
    ["States.Base64Encode($)", "x".repeat(10_001), "Argument 1 must not exceed 10000 characters"],
    [
      "States.Hash('a', 'SHA1')",
      {},
      "The algorithm must be one of MD5, SHA-1, SHA-256, SHA-384, SHA-512",
    ],
    [
      "States.JsonMerge($, $, true)",
      {},
      "Only the shallow merge is supported: the third argument must be false",
    ],
    ["States.JsonMerge($, 1, false)", {}, "Argument 2 must be an object, but it is 1"],
    ["States.MathRandom(2, 2)", {}, "The start must be less than the end"],
    ["States.MathAdd('1', 2)", {}, 'Argument 1 must be a number, but it is "1"'],
    [
      "States.Format('{}', $.nope)",
      { other: 1 },
      `The JsonPath argument for the field '$.nope' could not be found in the input '{"other":1}'`,
    ],
    [
      "States.Format('{}', $$.Nope.Deep)",
      { other: 1 },
      `The JsonPath argument for the field '$.Nope.Deep' could not be found in the input '{"other":1}'`,
    ],
    [
      "States.Format('{}', $.items[5])",
      { items: [1] },
      `The JsonPath argument for the field '$.items[5]' could not be found in the input '{"items":[1]}'`,
    ],
    [
      "States.Format('{}', $.other[0])",
      { other: 1 },
      "Filter: [0] can only be applied to arrays. Current context is: 1",
    ],
  ])("says what is wrong with %s", (text, input, message) => {
    expect(() => call(text, input)).toThrow(
      new RuntimeFault(`The function '${text}' had the following error: ${message}`),
    );
  });

  it.each([
    "States.Nope()",
    "States.toString()",
    "States.Format",
    "States.Format(",
    "States.Format('a' 'b')",
    "States.Format('a)",
    "States.Format(a)",
    "States.Format('a'))",
    "States.Format('a',)",
    "States.ArrayLength()",
    "States.ArrayLength($, $)",
    "States.UUID(1)",
    "States.Format($states)",
    `${"States.Array(".repeat(11)}${")".repeat(11)}`,
  ])("refuses %s", (text) => {
    expect(() => parseIntrinsic(text)).toThrow(PathSyntaxError);
  });

  it("takes a random number from the draws, and the same one for the same seed", () => {
    expect(call("States.MathRandom(0, 10)", {}, () => 0)).toBe(0);
    expect(call("States.MathRandom(0, 10)", {}, () => 0.999)).toBe(9);
    const seeded = call("States.MathRandom(0, 1000, 7)");
    expect(call("States.MathRandom(0, 1000, 7)", {}, () => 0.9)).toBe(seeded);
    expect(call("States.MathRandom(0, 1000, 8)")).not.toBe(seeded);
  });

  it("makes a version 4 UUID of the draws", () => {
    const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 4 }),
        (draws) => {
          let at = 0;
          expect(call("States.UUID()", {}, () => draws[at++ % draws.length] ?? 0)).toMatch(pattern);
        },
      ),
    );
  });

  it("reads back what it has written", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const input = JSON.parse(JSON.stringify(value)) as Json;
        expect(call("States.StringToJson(States.JsonToString($))", input)).toEqual(input);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 50 }), (text) => {
        expect(call("States.Base64Decode(States.Base64Encode($))", text)).toBe(text);
      }),
    );
  });

  it("partitions into parts that join to the whole", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (items, size) => {
        const parts = call(`States.ArrayPartition($, ${size})`, items) as number[][];
        expect(parts.flat()).toEqual(items);
        expect(parts.slice(0, -1).every((part) => part.length === size)).toBe(true);
      }),
    );
  });
});
