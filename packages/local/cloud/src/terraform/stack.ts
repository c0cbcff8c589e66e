import { z } from "zod";

const blocks = z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())));

/** The parts of Terraform's JSON syntax (https://developer.hashicorp.com/terraform/language/syntax/json) that CDKTF writes. */
const stackFile = z.strictObject({
  "//": z.unknown().optional(),
  terraform: z.unknown().optional(),
  provider: z
    .looseObject({ aws: z.tuple([z.looseObject({ region: z.string().optional() })]) })
    .optional(),
  data: blocks.optional(),
  resource: blocks,
  output: z
    .record(
      z.string(),
      z.strictObject({
        value: z.unknown(),
        description: z.string().optional(),
        sensitive: z.boolean().optional(),
      }),
    )
    .optional(),
});

/** One resource or data block of the stack, before its references are resolved. */
export interface Block {
  /** `aws_sqs_queue.events`, or `data.aws_region.current`. */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Stack {
  /** Of the AWS provider. */
  readonly region: string;
  readonly resources: readonly Block[];
  readonly data: readonly Block[];
  readonly outputs: ReadonlyMap<string, unknown>;
}

/** Terraform's own arguments, which say how to apply and not what. */
const metaArguments = new Set(["//", "depends_on", "provider", "lifecycle"]);

/** Reads a synthesized stack. @throws Error that names what can't be understood. */
export function parseStack(json: string): Stack {
  const result = stackFile.safeParse(JSON.parse(json));
  if (!result.success) {
    throw new Error(`The Terraform JSON can't be applied:\n${z.prettifyError(result.error)}`);
  }
  const file = result.data;
  return {
    region: file.provider?.aws[0].region ?? "us-east-1",
    resources: toBlocks(file.resource, ""),
    data: toBlocks(file.data ?? {}, "data."),
    outputs: new Map(Object.entries(file.output ?? {}).map(([name, { value }]) => [name, value])),
  };
}

function toBlocks(byType: z.infer<typeof blocks>, prefix: string): Block[] {
  return Object.entries(byType).flatMap(([type, byName]) =>
    Object.entries(byName).map(([name, attributes]) => ({
      address: `${prefix}${type}.${name}`,
      type,
      name,
      attributes: Object.fromEntries(
        Object.entries(attributes).filter(([key]) => !metaArguments.has(key)),
      ),
    })),
  );
}
