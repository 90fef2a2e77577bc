/** A text or value that is no event pattern. */
export class EventPatternError extends Error {
  override readonly name = 'EventPatternError';

  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
  }
}
