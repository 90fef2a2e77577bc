declare module 'asl-validator' {
  /** The parts of the package that the tests use; it ships no types that its entry point names. */
  export default function validate(definition: object): {
    readonly isValid: boolean;
    readonly errorsText: () => string;
  };
}
