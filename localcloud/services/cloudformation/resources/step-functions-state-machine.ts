import type { StateMachineType } from '@aws-sdk/client-sfn';
import { tagsShape } from '../property-shape.ts';
import type { MadeResource, ResourceScope, Tag } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';
import type { DefinitionProperties } from './state-machine-definition.ts';
import { stateMachineDefinition } from './state-machine-definition.ts';

interface StateMachine extends DefinitionProperties {
  readonly StateMachineName?: string;
  readonly StateMachineType?: StateMachineType;
  readonly RoleArn: string;
  readonly Tags?: readonly Tag[];
}

const made = (arn: string, revisionId: string | undefined): MadeResource => ({
  physicalId: arn,
  attributes: {
    Arn: arn,
    Name: arn.slice(arn.lastIndexOf(':') + 1),
    StateMachineRevisionId: revisionId ?? 'INITIAL',
  },
});

const sfnTags = (tags: readonly Tag[]): { key: string; value: string }[] =>
  tags.map(({ Key, Value }) => ({ key: Key, value: Value }));

const setTags = async (
  arn: string,
  next: StateMachine,
  previous: StateMachine,
  scope: ResourceScope,
): Promise<void> => {
  const { states } = scope.peers;
  const gone = (previous.Tags ?? []).map(({ Key }) => Key);
  if (gone.length > 0) await states.UntagResource({ resourceArn: arn, tagKeys: gone }, scope.call);
  const tags = sfnTags(scope.tags(next.Tags));
  if (tags.length > 0) await states.TagResource({ resourceArn: arn, tags }, scope.call);
};

/** `AWS::StepFunctions::StateMachine` */
export const stepFunctionsStateMachine = resourceType<StateMachine>({
  type: 'AWS::StepFunctions::StateMachine',
  properties: {
    StateMachineName: 'string',
    StateMachineType: 'string',
    RoleArn: 'string',
    Definition: 'json',
    DefinitionString: 'string',
    DefinitionS3Location: { Bucket: 'string', Key: 'string', Version: 'string' },
    DefinitionSubstitutions: { '*': 'string' },
    Tags: tagsShape,
  },
  required: ['RoleArn'],
  replacing: ['StateMachineName', 'StateMachineType'],
  ignored: ['LoggingConfiguration', 'TracingConfiguration', 'EncryptionConfiguration'],
  attributes: ['Arn', 'Name', 'StateMachineRevisionId'],
  create: async (properties, scope) => {
    const { stateMachineArn = '' } = await scope.peers.states.CreateStateMachine(
      {
        name: properties.StateMachineName ?? scope.generateName(80),
        type: properties.StateMachineType ?? 'STANDARD',
        roleArn: properties.RoleArn,
        definition: await stateMachineDefinition(properties, scope),
        tags: sfnTags(scope.tags(properties.Tags)),
      },
      scope.call,
    );
    return made(stateMachineArn, undefined);
  },
  update: async (arn, properties, previous, scope) => {
    const { revisionId } = await scope.peers.states.UpdateStateMachine(
      {
        stateMachineArn: arn,
        roleArn: properties.RoleArn,
        definition: await stateMachineDefinition(properties, scope),
      },
      scope.call,
    );
    await setTags(arn, properties, previous, scope);
    return made(arn, revisionId);
  },
  delete: async (arn, _, scope) => {
    await scope.peers.states.DeleteStateMachine({ stateMachineArn: arn }, scope.call);
  },
});
