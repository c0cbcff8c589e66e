import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { uuid } from "../engine/uuid.ts";
import { isArray, isObject } from "../jsonpath/path.ts";
import type { Json } from "../types.ts";
import {
  arrayAt,
  checkLength,
  IntrinsicError,
  type IntrinsicFunction,
  integerAt,
  objectAt,
  shortStringAt,
  stringAt,
} from "./argument.ts";
import { formatTemplate } from "./format-template.ts";
import { seededRandom } from "./seeded-random.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html: ArrayRange gives at most 1,000 items. */
const maximumRange = 1000;

const hashAlgorithms: Readonly<Record<string, string>> = {
  MD5: "md5",
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

/** Every intrinsic function by its name. */
export const intrinsicFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  "States.Format": {
    arity: [1, Number.POSITIVE_INFINITY],
    apply: ([template, ...values]) => formatTemplate(template, values),
  },

  "States.StringToJson": {
    arity: [1, 1],
    apply(args) {
      const text = stringAt(args, 0);
      if (text.trim() === "") return null;
      try {
        const value: Json = JSON.parse(text);
        return Object.is(value, -0) ? 0 : value;
      } catch (error) {
        throw new IntrinsicError(`The string is no JSON: ${text}`, { cause: error });
      }
    },
  },

  "States.JsonToString": {
    arity: [1, 1],
    apply: ([argument]) => JSON.stringify(argument?.value ?? null),
  },

  "States.StringSplit": {
    arity: [2, 2],
    apply(args) {
      const text = stringAt(args, 0);
      // Each character of the second argument separates; empty parts are left out.
      const separators = new Set(stringAt(args, 1));
      const parts: string[] = [""];
      for (const character of text) {
        if (separators.has(character)) parts.push("");
        else parts.push((parts.pop() ?? "") + character);
      }
      return parts.filter((part) => part !== "");
    },
  },

  "States.Array": {
    arity: [0, Number.POSITIVE_INFINITY],
    apply: (args) => args.map((argument) => argument.value),
  },

  "States.ArrayPartition": {
    arity: [2, 2],
    apply(args) {
      const items = arrayAt(args, 0);
      const size = integerAt(args, 1);
      if (size < 1) throw new IntrinsicError("The size of a chunk must be a positive number");
      const chunks: Json[] = [];
      for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
      return chunks;
    },
  },

  "States.ArrayContains": {
    arity: [2, 2],
    apply: (args) => {
      const wanted = args[1]?.value ?? null;
      return arrayAt(args, 0).some((item) => isDeepStrictEqual(item, wanted));
    },
  },

  "States.ArrayRange": {
    arity: [3, 3],
    apply(args) {
      const [first, last, step] = [integerAt(args, 0), integerAt(args, 1), integerAt(args, 2)];
      if (step === 0) throw new IntrinsicError("The step of a range must not be 0");
      const count = Math.max(0, Math.floor((last - first) / step) + 1);
      if (count > maximumRange) {
        throw new IntrinsicError(`A range must not have more than ${maximumRange} items`);
      }
      return Array.from({ length: count }, (_, at) => first + at * step);
    },
  },

  "States.ArrayGetItem": {
    arity: [2, 2],
    apply(args) {
      const items = arrayAt(args, 0);
      const index = args[1]?.value;
      const item = typeof index === "number" ? items[index] : undefined;
      if (item === undefined) {
        throw new IntrinsicError(
          `The index ${JSON.stringify(index)} is not one of the array's ${items.length} items`,
        );
      }
      return item;
    },
  },

  "States.ArrayLength": { arity: [1, 1], apply: (args) => arrayAt(args, 0).length },

  "States.ArrayUnique": {
    arity: [1, 1],
    apply: (args) => [
      ...new Map(arrayAt(args, 0).map((item) => [canonicalText(item), item])).values(),
    ],
  },

  "States.Base64Encode": {
    arity: [1, 1],
    apply: (args) => Buffer.from(shortStringAt(args, 0), "utf8").toString("base64"),
  },

  "States.Base64Decode": {
    arity: [1, 1],
    apply(args) {
      const text = shortStringAt(args, 0);
      if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text)) {
        throw new IntrinsicError("The string is not Base64");
      }
      return Buffer.from(text, "base64").toString("utf8");
    },
  },

  "States.Hash": {
    arity: [2, 2],
    apply(args) {
      const data = args[0]?.value ?? null;
      const text = typeof data === "string" ? data : JSON.stringify(data);
      const algorithm = hashAlgorithms[stringAt(args, 1)];
      if (algorithm === undefined) {
        throw new IntrinsicError(
          `The algorithm must be one of ${Object.keys(hashAlgorithms).join(", ")}`,
        );
      }
      return createHash(algorithm).update(checkLength(0, text)).digest("hex");
    },
  },

  "States.JsonMerge": {
    arity: [3, 3],
    apply(args) {
      if (args[2]?.value !== false) {
        throw new IntrinsicError(
          "Only the shallow merge is supported: the third argument must be false",
        );
      }
      return { ...objectAt(args, 0), ...objectAt(args, 1) };
    },
  },

  "States.MathRandom": {
    arity: [2, 3],
    apply(args, draw) {
      const [start, end] = [integerAt(args, 0), integerAt(args, 1)];
      if (start >= end) throw new IntrinsicError("The start must be less than the end");
      const random = args.length === 3 ? seededRandom(integerAt(args, 2)) : draw;
      return start + Math.floor(random() * (end - start));
    },
  },

  "States.MathAdd": { arity: [2, 2], apply: (args) => integerAt(args, 0) + integerAt(args, 1) },

  "States.UUID": {
    arity: [0, 0],
    apply: (_, draw) => uuid(draw),
  },
};

/** The same text for equal values, whatever the order of their keys. */
function canonicalText(value: Json): string {
  return JSON.stringify(value, (_, inner: Json) =>
    isObject(inner) && !isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
