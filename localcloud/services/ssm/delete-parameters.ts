import { type Input, nameIn, type Output, type ParameterStore } from './parameter-store.ts';

/** DeleteParameter. */
export const deleteParameter = (
  store: ParameterStore,
  input: Input<'DeleteParameter'>,
): Output<'DeleteParameter'> => {
  store.parameters.delete(store.need(input.Name).name);
  return {};
};

/** DeleteParameters: what does not exist is listed under `InvalidParameters`. */
export const deleteParameters = (
  store: ParameterStore,
  input: Input<'DeleteParameters'>,
): Output<'DeleteParameters'> => {
  const deleted: string[] = [];
  const invalid: string[] = [];
  for (const name of input.Names ?? []) {
    if (store.parameters.delete(nameIn(name))) deleted.push(name);
    else invalid.push(name);
  }
  return { DeletedParameters: deleted, InvalidParameters: invalid };
};
