import * as SSM from '@aws-sdk/client-ssm';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService, type Service } from '../../service.ts';
import { deleteParameter, deleteParameters } from './delete-parameters.ts';
import { describeParameters } from './describe-parameters.ts';
import { getParameter, getParameters, getParametersByPath } from './get-parameters.ts';
import { nameIn, openParameterStore, splitSelector } from './parameter-store.ts';
import { addTagsToResource, listTagsForResource, removeTagsFromResource } from './parameter-tags.ts';
import { putParameter } from './put-parameter.ts';

/** AWS Systems Manager: Parameter Store. */
export const createSsm = (context: CloudContext): Service => {
  const store = openParameterStore(context);
  const arn = (reference: string): string => store.arnOf(nameIn(splitSelector(reference).base));
  const one = ({ Name = '' }: { readonly Name?: string | undefined }): readonly string[] => [
    store.arnOf(nameIn(Name)),
  ];
  const many = ({ Names = [] }: { readonly Names?: readonly string[] | undefined }): readonly string[] =>
    Names.map(arn);
  const tagged = ({ ResourceId = '' }: { readonly ResourceId?: string | undefined }): readonly string[] => [
    store.arnOf(ResourceId),
  ];
  return defineService(SSM, { name: 'ssm', signingName: 'ssm', protocol: 'json-1.1', target: 'AmazonSSM' })(
    {
      PutParameter: (input, call) => putParameter(store, input, call),
      GetParameter: (input) => getParameter(store, input),
      GetParameters: (input) => getParameters(store, input),
      GetParametersByPath: (input) => getParametersByPath(store, input),
      DescribeParameters: (input) => describeParameters(store, input),
      DeleteParameter: (input) => deleteParameter(store, input),
      DeleteParameters: (input) => deleteParameters(store, input),
      AddTagsToResource: (input) => addTagsToResource(store, input),
      RemoveTagsFromResource: (input) => removeTagsFromResource(store, input),
      ListTagsForResource: (input) => listTagsForResource(store, input),
    },
    {
      resources: {
        PutParameter: one,
        GetParameter: ({ Name = '' }) => many({ Names: [Name] }),
        GetParameters: many,
        GetParametersByPath: ({ Path = '' }) => [store.arnOf(Path)],
        DeleteParameter: one,
        DeleteParameters: many,
        AddTagsToResource: tagged,
        RemoveTagsFromResource: tagged,
        ListTagsForResource: tagged,
      },
    },
  );
};
