import { isArray, isObject } from "../jsonpath/path.ts";
import type { Json } from "../types.ts";
import type { Diagnostic } from "./invalid-definition-error.ts";

type JsonObject = { readonly [key: string]: Json };

/**
 * The fields of one object of a definition. Each is read by its name and type; what is wrong with it goes to the
 * diagnostics, and the reading goes on with undefined. `close` refuses the fields that nobody has read, so that
 * none is ever ignored.
 */
export class Fields {
  readonly location: string;
  readonly #object: JsonObject;
  readonly #diagnostics: Diagnostic[];
  readonly #read = new Set<string>();

  constructor(object: JsonObject, location: string, diagnostics: Diagnostic[]) {
    this.#object = object;
    this.location = location;
    this.#diagnostics = diagnostics;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  names(): string[] {
    return Object.keys(this.#object);
  }

  at(name: string): string {
    return `${this.location}/${name}`;
  }

  refuse(message: string, location = this.location): void {
    this.#diagnostics.push({
      code: "SCHEMA_VALIDATION_FAILED",
      message,
      ...(location === "" ? {} : { location }),
    });
  }

  report(diagnostic: Diagnostic): void {
    this.#diagnostics.push(diagnostic);
  }

  value(name: string): Json | undefined {
    this.#read.add(name);
    return this.has(name) ? this.#object[name] : undefined;
  }

  /** A look at a field that doesn't count as reading it. */
  peek(name: string): Json | undefined {
    return this.has(name) ? this.#object[name] : undefined;
  }

  /** A look at the fields of an object that stands in this one. */
  peekInner(name: string): Fields | undefined {
    const object = this.peek(name);
    return isObject(object) ? new Fields(object, this.at(name), this.#diagnostics) : undefined;
  }

  /** A look at the objects of an array. */
  peekItems(name: string): Fields[] {
    const array = this.peek(name);
    if (!isArray(array)) return [];
    return array.flatMap((item, index) =>
      isObject(item) ? [new Fields(item, `${this.at(name)}[${index}]`, this.#diagnostics)] : [],
    );
  }

  string(name: string): string | undefined {
    return this.#typed(name, "String", (value) => (typeof value === "string" ? value : undefined));
  }

  boolean(name: string): boolean | undefined {
    return this.#typed(name, "Boolean", (value) =>
      typeof value === "boolean" ? value : undefined,
    );
  }

  array(name: string): readonly Json[] | undefined {
    return this.#typed(name, "Array", (value) => (isArray(value) ? value : undefined));
  }

  object(name: string): JsonObject | undefined {
    return this.#typed(name, "Object", (value) => (isObject(value) ? value : undefined));
  }

  number(name: string, range: { minimum: number; maximum?: number }): number | undefined {
    const value = this.#typed(name, "Number", (found) =>
      typeof found === "number" ? found : undefined,
    );
    return this.#inRange(name, value, range, (bound) => bound.toFixed(1));
  }

  integer(name: string, range: { minimum: number; maximum?: number }): number | undefined {
    const value = this.#typed(name, "Integer", (found) =>
      typeof found === "number" && Number.isInteger(found) ? found : undefined,
    );
    return this.#inRange(name, value, range, String);
  }

  oneOf<const T extends string>(name: string, values: readonly T[]): T | undefined {
    const found = this.string(name);
    const known = values.find((value) => value === found);
    if (found !== undefined && known === undefined) {
      this.refuse(`Value should be one of the following: [${values.join(", ")}]`, this.at(name));
    }
    return known;
  }

  /** The fields of an object that stands in this one. */
  inner(name: string): Fields | undefined {
    const object = this.object(name);
    return object === undefined ? undefined : new Fields(object, this.at(name), this.#diagnostics);
  }

  /** The fields of each object of an array that stands in this one; it must not be empty. */
  items(name: string, options: { mayBeEmpty?: boolean } = {}): Fields[] | undefined {
    const array = this.array(name);
    if (array === undefined) return undefined;
    if (array.length === 0 && options.mayBeEmpty !== true) {
      this.refuse("Value cannot be empty", this.at(name));
    }
    return array.flatMap((item, index) => {
      const location = `${this.at(name)}[${index}]`;
      if (isObject(item)) return [new Fields(item, location, this.#diagnostics)];
      this.refuse("Expected value of type Object", location);
      return [];
    });
  }

  require(...names: string[]): void {
    const missing = names.filter((name) => !this.has(name));
    if (missing.length > 0) this.refuse(`These fields are required: [${missing.join(", ")}]`);
  }

  /** Of fields that exclude each other there may be one; or there must be one. */
  exclusive(names: readonly string[], needed: "one" | "at most one"): void {
    const present = names.filter((name) => this.has(name));
    if (present.length > 1) {
      this.refuse(`There should only be one of the following fields: [${names.join(", ")}]`);
    } else if (present.length === 0 && needed === "one") {
      this.refuse(
        `This object should have only one of the following fields: [${names.join(", ")}]`,
      );
    }
  }

  /** Refuses, each by its name, fields that AWS has and this engine doesn't. */
  unsupported(...names: string[]): void {
    for (const name of names) {
      if (this.value(name) !== undefined) {
        this.refuse(`Field '${name}' is not supported by this engine`, this.at(name));
      }
    }
  }

  /** Refuses every field that was not read. */
  close(): void {
    for (const name of this.names()) {
      if (!this.#read.has(name)) this.refuse(`Field '${name}' is not supported`);
    }
  }

  #typed<T>(name: string, type: string, read: (value: Json) => T | undefined): T | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const typed = read(value);
    if (typed === undefined) this.refuse(`Expected value of type ${type}`, this.at(name));
    return typed;
  }

  #inRange(
    name: string,
    value: number | undefined,
    range: { minimum: number; maximum?: number },
    show: (bound: number) => string,
  ): number | undefined {
    if (value === undefined) return undefined;
    if (value < range.minimum) {
      this.refuse(`Minimum value is ${show(range.minimum)}`, this.at(name));
      return undefined;
    }
    if (range.maximum !== undefined && value > range.maximum) {
      this.refuse(`Maximum value is ${show(range.maximum)}`, this.at(name));
      return undefined;
    }
    return value;
  }
}
