/**
 * What States.Runtime reports: the definition can't be applied to the data at hand.
 * The message is AWS's text without the name of the state, which the life cycle puts before it.
 */
export class RuntimeFault extends Error {
  override readonly name = "RuntimeFault";
}
