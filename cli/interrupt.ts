/** The user ended a command before it was done: exit code 130. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** `npm start` passes on the Ctrl-C that the terminal sent to us as well: what comes that soon is the same one. */
const SAME_PRESS_MILLISECONDS = 500;

/** Fires at the first Ctrl-C or SIGTERM; a second Ctrl-C ends the process at once, and the kernel its machines. */
export const onInterrupt = (): AbortSignal => {
  const controller = new AbortController();
  let pressedAt = 0;
  const interrupt = (): void => {
    if (!controller.signal.aborted) {
      pressedAt = performance.now();
      controller.abort(new InterruptedError('interrupted'));
    } else if (performance.now() - pressedAt > SAME_PRESS_MILLISECONDS) process.exit(130);
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
};

/** Resolves when the signal fires. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
