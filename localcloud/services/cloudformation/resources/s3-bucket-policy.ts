import type { Json } from '../model.ts';
import type { MadeResource, ResourceScope } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface BucketPolicy {
  readonly Bucket: string;
  readonly PolicyDocument: Json;
}

const put = async ({ Bucket, PolicyDocument }: BucketPolicy, scope: ResourceScope): Promise<MadeResource> => {
  await scope.peers.s3.PutBucketPolicy({ Bucket, Policy: JSON.stringify(PolicyDocument) }, scope.call);
  return { physicalId: Bucket };
};

/** `AWS::S3::BucketPolicy` */
export const s3BucketPolicy = resourceType<BucketPolicy>({
  type: 'AWS::S3::BucketPolicy',
  properties: { Bucket: 'string', PolicyDocument: 'json' },
  required: ['Bucket', 'PolicyDocument'],
  replacing: ['Bucket'],
  attributes: [],
  create: put,
  update: (_, properties, __, scope) => put(properties, scope),
  delete: async (bucket, _, scope) => {
    await scope.peers.s3.DeleteBucketPolicy({ Bucket: bucket }, scope.call);
  },
});
