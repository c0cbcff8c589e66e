/**
 * `${type.name.attribute}` or `${data.type.name.attribute}`: the only expressions that a stack may have. A doubled `$$` is
 * Terraform's way to write a `${` that is none, such as a policy variable of IAM.
 */
const expression = /(\$?)\$\{([^{}]*)\}/g;
const reference = /^((?:data\.)?[a-z][a-z0-9_]*\.[A-Za-z][A-Za-z0-9_-]*)\.([a-z][a-z0-9_]*)$/;

interface Reference {
  /** e.g. `aws_sqs_queue.events` */
  readonly address: string;
  readonly attribute: string;
}

/** The addresses that a value refers to, anywhere inside it. @throws Error for an expression that is no plain reference. */
export function referencedAddresses(value: unknown, where: string): ReadonlySet<string> {
  const addresses = new Set<string>();
  mapStrings(value, (text) => {
    for (const [, doubled, body = ""] of text.matchAll(expression)) {
      if (doubled === "") addresses.add(parseReference(body, where).address);
    }
    return text;
  });
  return addresses;
}

/** The same value with every reference replaced by what `lookup` says. */
export function resolveReferences(
  value: unknown,
  where: string,
  lookup: (address: string, attribute: string) => string,
): unknown {
  return mapStrings(value, (text) =>
    text.replace(expression, (whole, doubled: string, body: string) => {
      if (doubled !== "") return whole.slice(1);
      const { address, attribute } = parseReference(body, where);
      return lookup(address, attribute);
    }),
  );
}

function parseReference(body: string, where: string): Reference {
  const [, address, attribute] = reference.exec(body.trim()) ?? [];
  if (address === undefined || attribute === undefined) {
    throw new Error(
      `${where}: "\${${body}}" is not a plain reference (type.name.attribute); the local cloud evaluates no other expression.`,
    );
  }
  return { address, attribute };
}

function mapStrings(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, replace));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, mapStrings(item, replace)]),
    );
  }
  return value;
}
