import { isModelledCode } from "../service-failure.ts";
import { type ConvertMember, convert, secondsAsIso } from "./convert.ts";
import { jsonSdkService } from "./sdk-service.ts";

/** Types of attribute values whose names the SDK for Java writes otherwise: results have them so, parameters may. */
const types = new Map([
  ["BOOL", "Bool"],
  ["BS", "Bs"],
  ["NS", "Ns"],
  ["NULL", "Nul"],
  ["SS", "Ss"],
]);
const typesByJavaName = new Map([...types].map(([name, javaName]) => [javaName, name]));

/** An attribute of such a name has an attribute value, which is an object: only of a type is the value none. */
const renamed =
  (names: ReadonlyMap<string, string>): ConvertMember =>
  (name, value) => {
    const other = names.get(name);
    const isType = other !== undefined && (typeof value === "boolean" || Array.isArray(value));
    return isType ? [other, value] : undefined;
  };

const toJava = renamed(types);

export const dynamodb = jsonSdkService({
  signingName: "dynamodb",
  errors: { service: "DynamoDb", general: "DynamoDbException", isModelled: isModelledCode },
  actions: [
    "batchGetItem",
    "batchWriteItem",
    "createTable",
    "deleteItem",
    "deleteTable",
    "describeTable",
    "describeTimeToLive",
    "getItem",
    "listTables",
    "listTagsOfResource",
    "putItem",
    "query",
    "scan",
    "tagResource",
    "transactGetItems",
    "transactWriteItems",
    "untagResource",
    "updateItem",
    "updateTable",
  ],
  toInput: (parameters) => convert(parameters, renamed(typesByJavaName)),
  toOutput: (output) =>
    convert(output, (name, value) =>
      /DateTime$/.test(name) && typeof value === "number"
        ? [name, secondsAsIso(value)]
        : toJava(name, value),
    ),
});
