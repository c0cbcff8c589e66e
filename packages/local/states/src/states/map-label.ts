import type { StateContext } from "../definition/state-context.ts";
import { uuidFrom } from "../engine/uuid.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html#dist-map-label */
const longestLabel = 40;

/** White space, brackets, wildcards, special characters and control characters. */
const notAllowed = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;

/**
 * Reads Label, which the ARNs of the state's map runs have in them. Without it the label comes from the state's name,
 * so that it is the same each time that the definition is parsed.
 */
export function readLabel({ fields, name, mapProcessors }: StateContext): string {
  const label = fields.string("Label");
  if (label === undefined) return uuidFrom(name);
  const refuse = (message: string): void => fields.refuse(message, fields.at("Label"));
  if (label === "" || [...label].length > longestLabel) {
    refuse(`A Label has 1 to ${longestLabel} characters`);
  }
  if (notAllowed.test(label)) {
    refuse("A Label has no white space, brackets, wildcards, control or special characters");
  }
  if (mapProcessors.has(label)) refuse(`Duplicate Label: ${label}`);
  return label;
}
