import type { z } from "zod";
import { prettifyError } from "zod";
import type { Place } from "../place.ts";
import { referencedAddresses, resolveReferences } from "./references.ts";
import type { Block, Stack } from "./stack.ts";

/** Attributes that other resources may refer to, e.g. `arn`, `id`, `name`. */
export type Exported = Readonly<Record<string, string>>;

/**
 * How one resource type is understood. Its attributes are parsed strictly: one that is not in the schema stops the
 * start, so that nothing of the definition is accepted and then ignored.
 */
export interface ResourceType<Schema extends z.ZodType = z.ZodType> {
  readonly attributes: Schema;
  /** Records what the resource asks for in `draft` and says what others may refer to. */
  evaluate(attributes: z.infer<Schema>, context: ResourceContext): Exported;
}

export interface ResourceContext {
  readonly place: Place;
  /** `aws_sqs_queue.events` */
  readonly address: string;
}

/** Declares a resource type with the types of its own schema. */
export function resourceType<Schema extends z.ZodType>(type: ResourceType<Schema>): ResourceType {
  return type as unknown as ResourceType;
}

/**
 * Evaluates every block of a stack, each after those it refers to.
 * @returns the outputs, with their references resolved.
 * @throws Error that names the resource for an unknown type, attribute, reference or a cycle.
 */
export function evaluateStack(
  stack: Stack,
  place: Place,
  types: ReadonlyMap<string, ResourceType>,
  typesWithoutLocalMeaning: ReadonlyMap<string, string>,
): ReadonlyMap<string, unknown> {
  const exported = new Map<string, Exported>();
  for (const block of stack.data) exported.set(block.address, evaluateData(block, place));

  const lookup = (where: string) => (address: string, attribute: string) => {
    const value = exported.get(address)?.[attribute];
    if (value === undefined) {
      throw new Error(
        `${where} refers to ${address}.${attribute}, which the local cloud does not know.`,
      );
    }
    return value;
  };

  for (const block of inOrder(stack.resources)) {
    if (typesWithoutLocalMeaning.has(block.type)) continue;
    const type = types.get(block.type);
    if (type === undefined) {
      throw new Error(
        `${block.address}: the local cloud does not know the resource type ${block.type}.`,
      );
    }
    const resolved = resolveReferences(block.attributes, block.address, lookup(block.address));
    const parsed = type.attributes.safeParse(resolved);
    if (!parsed.success) {
      throw new Error(`${block.address} can't be applied locally:\n${prettifyError(parsed.error)}`);
    }
    exported.set(block.address, type.evaluate(parsed.data, { place, address: block.address }));
  }

  return new Map(
    [...stack.outputs].map(([name, value]) => [
      name,
      resolveReferences(value, `output ${name}`, lookup(`output ${name}`)),
    ]),
  );
}

function evaluateData(block: Block, place: Place): Exported {
  switch (block.type) {
    case "aws_caller_identity":
      return { account_id: place.accountId, id: place.accountId };
    case "aws_region":
      return { region: place.region, name: place.region, id: place.region };
    case "aws_partition":
      return { partition: "aws", dns_suffix: "amazonaws.com", id: "aws" };
    default:
      throw new Error(`${block.address}: the local cloud does not know this data source.`);
  }
}

/** Each block after those it refers to. @throws Error when blocks refer to each other in a circle. */
function inOrder(blocks: readonly Block[]): Block[] {
  const byAddress = new Map(blocks.map((block) => [block.address, block]));
  const ordered = new Set<Block>();
  const visit = (block: Block, path: readonly string[]): void => {
    if (ordered.has(block)) return;
    if (path.includes(block.address)) {
      throw new Error(
        `These resources refer to each other in a circle: ${[...path, block.address].join(" -> ")}`,
      );
    }
    for (const address of referencedAddresses(block.attributes, block.address)) {
      const needed = byAddress.get(address);
      if (needed !== undefined) visit(needed, [...path, block.address]);
    }
    ordered.add(block);
  };
  for (const block of blocks) visit(block, []);
  return [...ordered];
}
