import fc from "fast-check";
import { expect, test } from "vitest";
import { type QueryMembers, queryResponse, readQueryInput } from "./query-protocol.ts";

const string = { kind: "string" } as const;
const members: QueryMembers = {
  Name: { name: "Name", type: string },
  Count: { name: "Count", type: { kind: "integer" } },
  Fast: { name: "Fast", type: { kind: "boolean" } },
  Names: { name: "Names", type: { kind: "list", of: string } },
  Entries: {
    name: "Entry",
    type: {
      kind: "list",
      of: {
        kind: "structure",
        members: {
          Tags: {
            name: "Tag",
            type: { kind: "map", keyName: "Key", valueName: "Value", of: string },
          },
        },
      },
    },
  },
};

/** What a client sends for an input of the shape above. */
function flat(input: {
  Name: string;
  Count: number;
  Fast: boolean;
  Names: string[];
  Entries: { Tags: Record<string, string> }[];
}): Map<string, string> {
  const parameters = new Map([
    ["Name", input.Name],
    ["Count", String(input.Count)],
    ["Fast", String(input.Fast)],
  ]);
  for (const [index, name] of input.Names.entries()) parameters.set(`Names.${index + 1}`, name);
  for (const [index, { Tags }] of input.Entries.entries()) {
    for (const [number, [key, value]] of Object.entries(Tags).entries()) {
      parameters.set(`Entry.${index + 1}.Tag.${number + 1}.Key`, key);
      parameters.set(`Entry.${index + 1}.Tag.${number + 1}.Value`, value);
    }
  }
  return parameters;
}

test("an input comes through as the JSON protocol would have it", () => {
  const input = fc.record({
    Name: fc.string(),
    Count: fc.integer(),
    Fast: fc.boolean(),
    Names: fc.array(fc.string(), { minLength: 1, maxLength: 12 }),
    Entries: fc.array(
      fc.record({
        Tags: fc.dictionary(fc.string(), fc.string(), { minKeys: 1, noNullPrototype: true }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  });
  fc.assert(
    fc.property(input, (one) => {
      const shuffled = new Map([...flat(one)].reverse());
      const read = readQueryInput(shuffled, members);

      expect(read).toMatchObject({ Name: one.Name, Count: one.Count, Names: one.Names });
      expect(
        (read.Entries as { Tags: object }[]).map(({ Tags }) => new Map(Object.entries(Tags))),
      ).toEqual(one.Entries.map(({ Tags }) => new Map(Object.entries(Tags))));
    }),
  );
});

test.each([
  ["Colour", "red"],
  ["Name.1", "x"],
  ["Names.0", "x"],
  ["Names.x", "x"],
  ["Entry.1.Tag.1.Colour", "x"],
  ["a.b.c.d.e.f.g.h.i.j", "x"],
])("the parameter %s is refused by its name", (name, value) => {
  expect(() => readQueryInput(new Map([[name, value]]), members)).toThrow(name);
});

test("an answer is written in the order of its members, and what XML can't have in it is escaped", () => {
  const { body } = queryResponse({
    action: "Do",
    namespace: "urn:x",
    requestId: "r",
    members,
    output: { Names: ["<&>", '"\r'], Count: 0, Fast: false },
  });

  expect(body).toBe(
    '<?xml version="1.0"?><DoResponse xmlns="urn:x"><DoResult><Count>0</Count><Fast>false</Fast><Names>&lt;&amp;&gt;</Names><Names>&quot;&#xD;</Names></DoResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DoResponse>',
  );
});
