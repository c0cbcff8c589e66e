/** One fault of a definition, as ValidateStateMachineDefinition tells it. */
export interface Diagnostic {
  readonly code:
    | "MISSING_DESCRIPTION"
    | "INVALID_JSON_DESCRIPTION"
    | "SCHEMA_VALIDATION_FAILED"
    | "DUPLICATE_STATE_NAME"
    | "INVALID_STATE_NAME"
    | "MISSING_TRANSITION_TARGET"
    | "MISSING_END_STATE";
  readonly message: string;
  /** Where in the definition, e.g. `/States/Check/Choices[0]/Next`. */
  readonly location?: string;
}

/** A definition that can't be run; the message is the one of CreateStateMachine's error of this name. */
export class InvalidDefinitionError extends Error {
  override readonly name = "InvalidDefinition";
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const faults = diagnostics.map(
      ({ code, message, location }) => `${code}: ${message} at ${location ?? null}`,
    );
    super(`Invalid State Machine Definition: '${faults.join(", ")}'`);
    this.diagnostics = diagnostics;
  }
}
