import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { oneOrMany, parseXml, writeXml } from "./xml.ts";

const document = z.strictObject({ Item: oneOrMany(z.strictObject({ Name: z.string() })) });
const parse = (content: string) => parseXml(content, "List", document);

test("what is written is read again, whatever the text", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 1 }),
      (names) => {
        const items = names.map((Name) => ({ Name }));
        expect(parse(writeXml("List", { Item: items }))).toEqual({ Item: items });
      },
    ),
  );
});

test("white space and control characters in text are kept", () => {
  const names = [" ", "a\tb\nc\rd", "\u0001", " trailing "];
  const items = names.map((Name) => ({ Name }));

  expect(parse(writeXml("List", { Item: items }))).toEqual({ Item: items });
});

test("indentation between elements and a namespace prefix mean nothing", () => {
  const text = `<?xml version="1.0"?>
    <s3:List xmlns:s3="urn:x">
      <s3:Item>
        <s3:Name>a</s3:Name>
      </s3:Item>
    </s3:List>`;

  expect(parse(text)).toEqual({ Item: [{ Name: "a" }] });
});

test("elements may take turns", () => {
  expect(
    writeXml("R", [
      ["A", "1"],
      ["B", "2"],
      ["A", { C: true, D: undefined }],
    ]),
  ).toContain("<A>1</A><B>2</B><A><C>true</C></A></R>");
});

test.each([
  [
    "an element that is not known",
    "<List><Item><Name>a</Name><Size>1</Size></Item></List>",
    /Size/,
  ],
  ["another root", "<Other/>", /root element is not List/],
  ["a document type", '<!DOCTYPE x [<!ENTITY e "e">]><List/>', /document type/],
  ["an entity of its own", "<List><Item><Name>&e;</Name></Item></List>", /entity &e;/],
  ["half a surrogate pair", "<List><Item><Name>&#xd800;</Name></Item></List>", /entity/],
  ["a CDATA section", "<List><Item><Name><![CDATA[a]]></Name></Item></List>", /CDATA/],
  ["deep nesting", `${"<List>".repeat(20)}${"</List>".repeat(20)}`, /too deeply/],
  ["an element that is not closed", "<List><Item>", /not well-formed/],
  ["no XML", "{}", /not well-formed/],
])("%s is refused as malformed", (_, text, why) => {
  expect(() => parse(text)).toThrow(why);
});

test("whatever comes, the answer is a document or MalformedXML", () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom(
          "<",
          ">",
          "/",
          "&",
          ";",
          "#",
          "!",
          "[",
          "a",
          "List",
          "Item",
          "Name",
          " ",
          '"',
        ),
      }),
      (text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toMatchObject({ code: "MalformedXML" });
        }
      },
    ),
  );
});
