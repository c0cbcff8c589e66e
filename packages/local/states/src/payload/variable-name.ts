/** https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#workflow-variables-limits */
const longestName = 80;

/** Unicode Standard Annex #31, as the specification of Amazon States Language asks for. */
const identifier = /^\p{ID_Start}\p{ID_Continue}*$/u;

/** What is wrong with the name of a variable, given without its dollar sign; undefined if nothing is. */
export function variableFault(name: string): string | undefined {
  if (name === "states") return "The variable name 'states' is reserved";
  if ([...name].length > longestName) {
    return `The variable name '${name}' is longer than ${longestName} characters`;
  }
  if (!identifier.test(name)) return `'${name}' is not a valid variable name`;
  return undefined;
}
