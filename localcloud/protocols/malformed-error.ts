/** The request cannot be read: broken JSON, XML or form, or a value that is not of its type. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}
