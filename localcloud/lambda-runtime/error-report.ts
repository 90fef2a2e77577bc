import type { ErrorReport } from './messages.ts';

/** An error of the runtime itself, with the error type that Lambda gives it. */
export class RuntimeError extends Error {
  override readonly name: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = type;
  }
}

const isErrorLike = (value: unknown): value is { name: string; message: string; stack?: string } =>
  value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';

/** Anything thrown, as Lambda's Node.js runtime reports it. */
export const reportError = (thrown: unknown): ErrorReport => {
  if (!isErrorLike(thrown)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return {
    errorType: thrown.name,
    errorMessage: thrown.message,
    trace: (thrown.stack ?? '').split('\n'),
  };
};
