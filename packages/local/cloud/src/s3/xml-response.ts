import type { ServiceResponse } from "../service.ts";
import { writeXml, type XmlElements, type XmlValue } from "./xml.ts";

export const xmlHeaders = { "content-type": "application/xml" };

export const xmlResponse = (
  root: string,
  elements: XmlElements | readonly (readonly [string, XmlValue])[],
  headers: Readonly<Record<string, string>> = {},
): ServiceResponse => ({
  status: 200,
  headers: { ...xmlHeaders, ...headers },
  body: writeXml(root, elements),
});

/** An answer without a document. */
export const emptyResponse = (
  status: 200 | 204,
  headers: Readonly<Record<string, string>> = {},
): ServiceResponse => ({
  status,
  headers: status === 200 ? { "content-length": "0", ...headers } : headers,
});
