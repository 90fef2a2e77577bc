import type { CloudFormationDeps } from '../deps.ts';
import type { ResourceRecord, StackRecord } from '../model.ts';
import type { ResourceScope, Tag } from '../resource-type.ts';

const mergeTags = (stack: StackRecord, own: readonly Tag[]): Tag[] => {
  const tags = new Map([
    ...Object.entries(stack.tags),
    ...own.map(({ Key, Value }) => [Key, Value] as const),
  ]);
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
};

// The random part stays whole; stack name and logical id share what is left, as in names that CloudFormation makes.
const generateName = (stackName: string, logicalId: string, suffix: string, maxLength: number): string => {
  const room = maxLength - suffix.length - 2;
  const id = logicalId.slice(0, Math.max(Math.floor(room / 2), room - stackName.length));
  const stack = stackName.slice(0, room - id.length);
  return `${stack}-${id}-${suffix}`;
};

/** What the handler of a resource gets to work with. */
export const resourceScope = (
  { context, store }: CloudFormationDeps,
  stack: StackRecord,
  record: Pick<ResourceRecord, 'logicalId' | 'suffix'>,
): ResourceScope => ({
  context,
  peers: context.peers,
  call:
    stack.roleArn === undefined
      ? context.asService('cloudformation.amazonaws.com')
      : context.asRole(stack.roleArn, 'AWSCloudFormation'),
  stackName: stack.name,
  logicalId: record.logicalId,
  tags: (own) => mergeTags(stack, own ?? []),
  generateName: (maxLength) => generateName(stack.name, record.logicalId, record.suffix, maxLength),
  started: (physicalId) => {
    const stored = store.resource(stack.stackId, record.logicalId);
    if (stored !== undefined) store.keepResource(stack.stackId, { ...stored, startedId: physicalId });
  },
});
