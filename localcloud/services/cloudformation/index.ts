import * as CloudFormation from '@aws-sdk/client-cloudformation';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService, type Service } from '../../service.ts';
import {
  createChangeSet,
  deleteChangeSet,
  describeChangeSet,
  executeChangeSet,
  listChangeSets,
} from './change-sets.ts';
import { describeStacks, listExports, listStacks } from './describe-stacks.ts';
import { createOperations } from './engine/operations.ts';
import { resourceTypes } from './resources/resource-types.ts';
import { describeStackEvents } from './stack-events.ts';
import { describeStackResource, describeStackResources, listStackResources } from './stack-resources.ts';
import { openStackStore } from './stack-store.ts';
import { createStack, deleteStack, updateStack, updateTerminationProtection } from './stacks.ts';
import { getTemplate, getTemplateSummary, validateTemplate } from './templates.ts';

/** CloudFormation: stacks of templates, made of calls to the other services. */
export const createCloudFormation = (context: CloudContext): Service => {
  const base = { context, store: openStackStore(context), types: resourceTypes };
  const operations = createOperations(base);
  const deps = { ...base, operations };

  const ofStack = (input: { readonly StackName?: string | undefined }): string[] => {
    const name = input.StackName ?? '*';
    const any = `arn:aws:cloudformation:${context.region}:${context.accountId}:stack/${name}/*`;
    return [name.startsWith('arn:') ? name : (base.store.byName(name)?.stackId ?? any)];
  };

  return defineService(CloudFormation, {
    name: 'cloudformation',
    signingName: 'cloudformation',
    protocol: 'query',
    xmlNamespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    version: '2010-05-15',
  })(
    {
      CreateStack: (input) => createStack(deps, input),
      UpdateStack: (input) => updateStack(deps, input),
      DeleteStack: (input) => deleteStack(deps, input),
      UpdateTerminationProtection: (input) => updateTerminationProtection(deps, input),
      DescribeStacks: (input) => describeStacks(deps, input),
      ListStacks: (input) => listStacks(deps, input),
      ListExports: () => listExports(deps),
      DescribeStackEvents: (input) => describeStackEvents(deps, input),
      DescribeStackResources: (input) => describeStackResources(deps, input),
      DescribeStackResource: (input) => describeStackResource(deps, input),
      ListStackResources: (input) => listStackResources(deps, input),
      GetTemplate: (input) => getTemplate(deps, input),
      GetTemplateSummary: (input) => getTemplateSummary(deps, input),
      ValidateTemplate: (input) => validateTemplate(deps, input),
      CreateChangeSet: (input) => createChangeSet(deps, input),
      DescribeChangeSet: (input) => describeChangeSet(deps, input),
      ExecuteChangeSet: (input) => executeChangeSet(deps, input),
      DeleteChangeSet: (input) => deleteChangeSet(deps, input),
      ListChangeSets: (input) => listChangeSets(deps, input),
    },
    {
      resources: {
        CreateStack: ofStack,
        UpdateStack: ofStack,
        DeleteStack: ofStack,
        UpdateTerminationProtection: ofStack,
        DescribeStacks: ofStack,
        DescribeStackEvents: ofStack,
        DescribeStackResources: ofStack,
        DescribeStackResource: ofStack,
        ListStackResources: ofStack,
        GetTemplate: ofStack,
        CreateChangeSet: ofStack,
        DescribeChangeSet: ofStack,
        ExecuteChangeSet: ofStack,
        DeleteChangeSet: ofStack,
        ListChangeSets: ofStack,
      },
      lifecycle: {
        start: async () => {
          operations.start();
        },
        stop: () => operations.stop(),
      },
    },
  );
};
