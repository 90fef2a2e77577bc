import { pageAfter } from './get-parameters.ts';
import { matchesFilters } from './parameter-filters.ts';
import { type Input, newest, type Output, type ParameterStore } from './parameter-store.ts';

/** DescribeParameters: everything but the values. */
export const describeParameters = (
  store: ParameterStore,
  input: Input<'DescribeParameters'>,
): Output<'DescribeParameters'> => {
  const older = (input.Filters ?? []).map(({ Key, Values }) => ({ Key, Values, Option: 'BeginsWith' }));
  const filters = [...(input.ParameterFilters ?? []), ...older];
  const found = store.parameters.list().filter((parameter) => matchesFilters(parameter, filters));
  const { page, next } = pageAfter(found, input.NextToken, input.MaxResults ?? 50);
  return {
    Parameters: page.map((parameter) => {
      const { version, modified } = newest(parameter);
      return {
        Name: parameter.name,
        ARN: store.arnOf(parameter.name),
        Type: parameter.type,
        LastModifiedDate: new Date(modified),
        LastModifiedUser: parameter.modifiedBy,
        Version: version,
        Tier: parameter.tier,
        Policies: [],
        DataType: parameter.dataType,
        ...(parameter.description === undefined ? {} : { Description: parameter.description }),
        ...(parameter.keyId === undefined ? {} : { KeyId: parameter.keyId }),
        ...(parameter.allowedPattern === undefined ? {} : { AllowedPattern: parameter.allowedPattern }),
      };
    }),
    ...next,
  };
};
