import { XMLParser, XMLValidator } from "fast-xml-parser";
import { z } from "zod";
import { malformedXml } from "./s3-error.ts";

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
const maximumDepth = 12;

/** What an element holds: text, elements by name, or (an array) the same element several times. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | XmlElements
  | readonly (string | XmlElements)[];

export interface XmlElements {
  readonly [name: string]: XmlValue;
}

/**
 * Text as XML content. Control characters become character references, as S3 writes them, although XML 1.0 has no way
 * to say most of them: clients that must read such keys ask for `encoding-type=url`.
 */
function escapeXml(text: string): string {
  return special.test(text) ? text.replace(allSpecial, escapeCharacter) : text;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that have to be written otherwise
const special = /[&<>"\u0000-\u0008\u000b-\u001f\u007f]/;
const allSpecial = new RegExp(special, "g");

function escapeCharacter(character: string): string {
  const named = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }[character];
  return named ?? `&#x${character.charCodeAt(0).toString(16)};`;
}

/**
 * Writes a document of text, or of elements in the order given (properties, or pairs where names take turns); undefined
 * leaves one out.
 */
export function writeXml(
  root: string,
  content: string | XmlElements | readonly (readonly [string, XmlValue])[],
): string {
  return `${declaration}<${root} xmlns="${namespace}">${writeContent(content)}</${root}>`;
}

/** Errors, and what a form is answered, have no namespace. */
export function writePlainXml(root: string, elements: XmlElements): string {
  return `${declaration}<${root}>${writeContent(elements)}</${root}>`;
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

function writeContent(
  content: string | XmlElements | readonly (readonly [string, XmlValue])[],
): string {
  if (typeof content === "string") return escapeXml(content);
  let text = "";
  if (Array.isArray(content)) {
    for (const [name, value] of content) text += writeElement(name, value);
  } else {
    const elements = content as XmlElements;
    // A listing has thousands of elements: this loop makes no list of their names first.
    for (const name in elements) text += writeElement(name, elements[name]);
  }
  return text;
}

function writeElement(name: string, value: XmlValue): string {
  switch (typeof value) {
    case "undefined":
      return "";
    case "string":
      return `<${name}>${escapeXml(value)}</${name}>`;
    case "object": {
      if (!Array.isArray(value)) return `<${name}>${writeContent(value as XmlElements)}</${name}>`;
      let text = "";
      for (const one of value) text += writeElement(name, one);
      return text;
    }
    default:
      return `<${name}>${value}</${name}>`;
  }
}

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  parseTagValue: false,
  processEntities: false,
  // White space between elements is dropped below: in a key it means something.
  trimValues: false,
});

/**
 * Reads a request's document by the schema of its root element's content.
 * No DTD, no entities but XML's own, bounded depth; an element that the schema doesn't have is MalformedXML naming it.
 */
export function parseXml<Schema extends z.ZodType>(
  text: string,
  root: string,
  schema: Schema,
): z.infer<Schema> {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw malformedXml("a document type is not allowed");
  if (text.includes("<![CDATA[")) throw malformedXml("a CDATA section is not supported");
  checkDepth(text);
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw malformedXml(valid.err.msg);
  const document: unknown = clean(parse(text));
  const content =
    typeof document === "object" && document !== null
      ? (document as Record<string, unknown>)[root]
      : undefined;
  if (content === undefined) throw malformedXml(`the root element is not ${root}`);
  const result = schema.safeParse(content === "" ? {} : content);
  if (result.success) return result.data;
  throw malformedXml(
    result.error.issues.map((issue) => `${issue.path.join("/")}: ${issue.message}`).join("; "),
  );
}

/** The validator lets through some of what the parser does not, such as a comment without an end. */
function parse(text: string): unknown {
  try {
    return parser.parse(text);
  } catch (error) {
    throw malformedXml(error instanceof Error ? error.message : String(error));
  }
}

function checkDepth(text: string): void {
  let depth = 0;
  for (const [tag] of text.matchAll(/<[^?!<>][^<>]*>/g)) {
    if (tag.startsWith("</")) depth--;
    else if (!tag.endsWith("/>")) depth++;
    if (depth > maximumDepth) throw malformedXml("elements are nested too deeply");
  }
}

function clean(value: unknown): unknown {
  if (typeof value === "string") return decodeEntities(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  const { "#text": between = "", ...elements } = value as Record<string, unknown>;
  if (String(between).trim() !== "") throw malformedXml("there is text between elements");
  return Object.fromEntries(
    Object.entries(elements).map(([name, content]) => [name, clean(content)]),
  );
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;]*);?/g, (reference, name: string) => {
    const known = entities[name];
    if (known !== undefined && reference.endsWith(";")) return known;
    const code = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name);
    const point = code ? Number.parseInt(code[1] ?? code[2] ?? "", code[1] ? 16 : 10) : -1;
    if (!isScalarValue(point)) throw malformedXml(`the entity ${reference} is not known`);
    return String.fromCodePoint(point);
  });
}

/** Half of a surrogate pair is no character, and could not be written as UTF-8. */
const isScalarValue = (point: number): boolean =>
  point >= 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);

/** An element that may stand there several times: the parser knows a single one from a list only by the count. */
export const oneOrMany = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item));
