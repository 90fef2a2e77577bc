/** An error with a name, as a function throws it and `Retry` and `Catch` know it. */
export const errorNamed = (name: string, message = name): Error =>
  Object.assign(new Error(message), { name });
