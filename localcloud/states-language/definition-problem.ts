/** One thing that is wrong with a definition. */
export interface Problem {
  /** As `ValidateStateMachineDefinition` names it, for example `MISSING_TRANSITION_TARGET`. */
  readonly code: string;
  readonly message: string;
  /** For example `/States/Bake/Next`. */
  readonly location: string;
}

/** Makes a problem. */
export const problem = (code: string, message: string, location: string): Problem => ({
  code,
  message,
  location,
});
