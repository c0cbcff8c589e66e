import { expect, test } from "vitest";
import {
  checkMessageAttributes,
  type MessageAttributes,
  md5OfAttributes,
  selectAttributes,
} from "./message-attributes.ts";

const text = (StringValue: string) => ({ DataType: "String", StringValue });
const jedi: MessageAttributes = {
  General: text("Kenobi"),
  Hello: text("There"),
  "Help.Me": text("Me"),
};

test("the checksum is the one that SQS gives", () => {
  expect(md5OfAttributes(jedi)).toBe("4c360f3fdafd970e05fae2f149d997f5");
  expect(md5OfAttributes(selectAttributes(jedi, ["Hello", "nothing"]))).toBe(
    "a311262e065454b75da111d535b8dacd",
  );
  expect(
    md5OfAttributes({
      attr1: {
        DataType: "Binary",
        BinaryValue: Buffer.from(
          "traceparent\u001e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01",
        ).toString("base64"),
      },
    }),
  ).toBe("8cbe4db156db8a94db8b801b7addb984");
});

test.each([
  [["All"], ["General", "Hello", "Help.Me"]],
  [[".*"], ["General", "Hello", "Help.Me"]],
  [["Hel.*"], ["Hello", "Help.Me"]],
  [["hello"], []],
  [[], []],
])("asking for %o gives %o", (names, found) => {
  expect(Object.keys(selectAttributes(jedi, names))).toEqual(found);
});

test.each<[string, MessageAttributes]>([
  ["a name with a reserved start", { "AWS.x": text("x") }],
  ["a name that ends in a period", { "x.": text("x") }],
  ["two periods in a row", { "x..y": text("x") }],
  ["a type of its own", { x: { DataType: "Date", StringValue: "x" } }],
  ["a number that is none", { x: { DataType: "Number", StringValue: "1,5" } }],
  ["a text with a binary value", { x: { DataType: "String", BinaryValue: "AA==" } }],
  ["list values", { x: { DataType: "String", StringListValues: ["x"] } }],
  [
    "more than 10",
    Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`n${index}`, text("x")])),
  ],
])("%s is refused", (_, attributes) => {
  expect(() => checkMessageAttributes(attributes)).toThrow();
});
