/** A pattern that EventBridge would not take, or that the local cloud does not understand. */
export class InvalidPatternError extends Error {
  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
    this.name = "InvalidEventPatternException";
  }
}
