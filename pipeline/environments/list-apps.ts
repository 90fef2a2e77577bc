import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { environmentKey } from '../rollout/environment-record.ts';

/** Names of the apps that were ever rolled out in an environment, without reading their documents. */
export const listApps = async (
  environment: string,
  { s3, bucket }: { readonly s3: S3Client; readonly bucket: string },
): Promise<string[]> => {
  const prefix = environmentKey(environment, '').replace('.json', '');
  const apps: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key = '' } of page.Contents ?? [])
      apps.push(Key.slice(prefix.length).replace(/\.json$/, ''));
  }
  return apps;
};
