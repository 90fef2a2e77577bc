import type { Call } from '../../service.ts';
import {
  hierarchyTypeMismatch,
  parameterAlreadyExists,
  parameterPatternMismatch,
  validationException,
} from './errors.ts';
import {
  type Input,
  newest,
  type Output,
  type ParameterStore,
  type StoredParameter,
} from './parameter-store.ts';

// "Parameter tiers": characters of a value, and "Working with parameter versions": versions that are kept.
const valueLimits = { Standard: 4096, Advanced: 8192 } as const;
const keptVersions = 100;
const maxLevels = 15;

const checkName = (name: string): void => {
  if (!/^[\w.\-/]+$/.test(name)) {
    throw validationException(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  if (/^\/?(aws|ssm)/i.test(name))
    throw validationException(`No access to reserved parameter name: ${name}.`);
  if (name.includes('/') && !name.startsWith('/')) {
    throw validationException('Parameter name must be a fully qualified name.');
  }
  if (name.split('/').length - 1 > maxLevels) {
    throw validationException(`Parameter name can have at most ${maxLevels} levels.`);
  }
};

const tierOf = (input: Input<'PutParameter'>, old: StoredParameter | undefined): 'Standard' | 'Advanced' => {
  if (input.Tier === 'Advanced') return 'Advanced';
  if (input.Tier === 'Intelligent-Tiering' && (input.Value ?? '').length > valueLimits.Standard)
    return 'Advanced';
  return old?.tier === 'Advanced' && input.Tier === undefined ? 'Advanced' : 'Standard';
};

const checkValue = (value: string, tier: 'Standard' | 'Advanced', pattern: string | undefined): void => {
  if (value === '') {
    throw validationException(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  }
  if (value.length > valueLimits[tier]) {
    throw validationException(
      tier === 'Standard'
        ? 'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html'
        : 'Advanced tier parameters support a maximum parameter value of 8192 characters.',
    );
  }
  if (pattern !== undefined && !new RegExp(pattern).test(value)) throw parameterPatternMismatch();
};

/** PutParameter. A SecureString is kept as it comes: there is no KMS. */
export const putParameter = (
  store: ParameterStore,
  input: Input<'PutParameter'>,
  call: Call,
): Output<'PutParameter'> => {
  const { Name: name = '', Value: value = '' } = input;
  checkName(name);
  const old = store.parameters.get(name);
  if (old !== undefined && input.Overwrite !== true) throw parameterAlreadyExists();
  if (old !== undefined && input.Type !== undefined && input.Type !== old.type) throw hierarchyTypeMismatch();
  if (old !== undefined && input.Tags !== undefined) {
    throw validationException(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  const type = input.Type ?? old?.type;
  if (type === undefined)
    throw validationException('A parameter type is required when you create a parameter.');
  const tier = tierOf(input, old);
  const allowedPattern = input.AllowedPattern ?? old?.allowedPattern;
  checkValue(value, tier, allowedPattern);
  const description = input.Description ?? old?.description;
  const keyId = type === 'SecureString' ? (input.KeyId ?? old?.keyId ?? 'alias/aws/ssm') : undefined;
  const version = (old === undefined ? 0 : newest(old).version) + 1;
  const versions = [...(old?.versions ?? []), { version, value, modified: store.context.clock.now() }];
  store.parameters.put(name, {
    name,
    type,
    tier,
    dataType: input.DataType ?? old?.dataType ?? 'text',
    modifiedBy: call.caller.arn,
    tags:
      old?.tags ?? Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    versions: versions.slice(-keptVersions),
    ...(description === undefined ? {} : { description }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(allowedPattern === undefined ? {} : { allowedPattern }),
  });
  return { Version: version, Tier: tier };
};
