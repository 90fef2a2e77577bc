/** Why a request was not accepted as its sender's; every protocol has its own code for each. */
export type SignatureProblem =
  | 'missing'
  | 'incomplete'
  | 'unknown-key'
  | 'wrong-token'
  | 'expired-token'
  | 'wrong-signature'
  | 'skewed'
  | 'expired-url'
  | 'wrong-payload-hash';

/** The request is not signed as it should be. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly problem: SignatureProblem;

  constructor(problem: SignatureProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}
