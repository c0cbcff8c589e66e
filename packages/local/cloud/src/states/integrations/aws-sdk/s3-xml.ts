import type { Json } from "@darkroom/states";
import { z } from "zod";
import { parseXml, writeXml, type XmlElements, type XmlValue } from "../../../s3/xml.ts";
import { isObject, isoTime, type JsonObject } from "../json-value.ts";

/** Elements that stand there once for each member of a list, with the list's name. */
const lists = new Map([
  ["CommonPrefixes", "CommonPrefixes"],
  ["Contents", "Contents"],
  ["Deleted", "Deleted"],
  ["Error", "Errors"],
  ["Object", "Objects"],
  ["Part", "Parts"],
  ["Version", "Versions"],
]);
const elements = new Map([...lists].map(([element, list]) => [list, element]));

/** Lists that have an element of their own around their members. */
const wrapped = new Map([
  ["Buckets", "Bucket"],
  ["TagSet", "Tag"],
]);

const numbers = new Set([
  "KeyCount",
  "MaxKeys",
  "MaxParts",
  "NextPartNumberMarker",
  "PartNumber",
  "PartNumberMarker",
  "Size",
]);
const booleans = new Set(["DeleteMarker", "IsLatest", "IsTruncated"]);
const times = new Set(["CreationDate", "LastModified"]);

/** The content of a document of S3's as the SDK has it. */
export function readS3Xml(text: string): JsonObject {
  const [, root = ""] = /<(\w+)/.exec(text) ?? [];
  const content = parseXml(text, root, z.unknown()) as Json;
  return isObject(content) ? readElements(content) : {};
}

function readElements(content: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => readElement(name, value)),
  );
}

function readElement(name: string, value: Json): readonly [string, Json] {
  const member = wrapped.get(name);
  if (member !== undefined) {
    return [name, isObject(value) ? many(value[member]).map(readValue) : []];
  }
  // In the list of an object's versions a delete marker is one of them; else it is a yes or no.
  if (name === "DeleteMarker" && typeof value !== "string") {
    return ["DeleteMarkers", many(value).map(readValue)];
  }
  const list = lists.get(name);
  if (list !== undefined) return [list, many(value).map(readValue)];
  if (typeof value !== "string") return [name, readValue(value)];
  if (numbers.has(name)) return [name, Number(value)];
  if (booleans.has(name)) return [name, value === "true"];
  if (times.has(name)) return [name, isoTime(Date.parse(value))];
  return [name, value];
}

const readValue = (value: Json): Json => (isObject(value) ? readElements(value) : value);

const many = (value: Json | undefined): readonly Json[] => {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
};

/** A member of a call as the document that S3 takes for it. */
export function writeS3Xml(root: string, value: Json): string {
  return writeXml(root, isObject(value) ? writeElements(value) : {});
}

const writeElements = (value: JsonObject): XmlElements =>
  Object.fromEntries(
    Object.entries(value).map(([name, of]) => {
      const member = wrapped.get(name);
      if (member !== undefined) return [name, { [member]: writeValue(of) }];
      return [elements.get(name) ?? name, writeValue(of)];
    }),
  );

function writeValue(value: Json): XmlValue {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map((one) => writeValue(one) as string | XmlElements);
  return isObject(value) ? writeElements(value) : (value as string | number | boolean);
}
