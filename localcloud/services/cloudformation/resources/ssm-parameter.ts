import type { ParameterType, PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { resourceType } from '../resource-type.ts';

interface Parameter {
  readonly Name?: string;
  readonly Type: ParameterType;
  readonly Value: string;
  readonly Description?: string;
  readonly AllowedPattern?: string;
  readonly Tags?: Readonly<Record<string, string>>;
}

const inputOf = (
  Name: string,
  { Type, Value, Description, AllowedPattern }: Parameter,
): PutParameterCommandInput => ({
  Name,
  Type,
  Value,
  ...(Description === undefined ? {} : { Description }),
  ...(AllowedPattern === undefined ? {} : { AllowedPattern }),
});

/** `AWS::SSM::Parameter` */
export const ssmParameter = resourceType<Parameter>({
  type: 'AWS::SSM::Parameter',
  properties: {
    Name: 'string',
    Type: 'string',
    Value: 'string',
    Description: 'string',
    AllowedPattern: 'string',
    Tags: { '*': 'string' },
  },
  required: ['Type', 'Value'],
  replacing: ['Name'],
  ignored: ['DataType', 'Tier', 'Policies'],
  attributes: ['Type', 'Value'],
  create: async (properties, scope) => {
    const name = properties.Name ?? scope.generateName(1011);
    const own = Object.entries(properties.Tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
    await scope.peers.ssm.PutParameter({ ...inputOf(name, properties), Tags: scope.tags(own) }, scope.call);
    return { physicalId: name, attributes: { Type: properties.Type, Value: properties.Value } };
  },
  update: async (name, properties, _, scope) => {
    await scope.peers.ssm.PutParameter({ ...inputOf(name, properties), Overwrite: true }, scope.call);
    return { physicalId: name, attributes: { Type: properties.Type, Value: properties.Value } };
  },
  delete: async (name, _, scope) => {
    await scope.peers.ssm.DeleteParameter({ Name: name }, scope.call);
  },
});
