import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { DocumentStore } from '../documents/document-store.ts';
import type { EnvironmentRecord } from '../model.ts';
import { environmentKey } from '../rollout/environment-record.ts';
import { mapBounded } from './map-bounded.ts';

/** Which apps are meant; absent: all. */
export interface ServingFilter {
  readonly environment?: string;
  readonly app?: string;
}

export interface ReadServingDeps {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly documents: Pick<DocumentStore, 'read'>;
}

const PREFIX = 'kiln/environments/';
/** Documents that are read at once. */
const READS = 16;

/** What is recorded of every app in every environment, one list a thousand apps and one read an app. */
export const readServing = async (
  { environment, app }: ServingFilter,
  { s3, bucket, documents }: ReadServingDeps,
): Promise<EnvironmentRecord[]> => {
  const keys: string[] = [];
  if (environment !== undefined && app !== undefined) keys.push(environmentKey(environment, app));
  else {
    const Prefix = environment === undefined ? PREFIX : `${PREFIX}${environment}/`;
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix }))
      for (const { Key = '' } of Contents)
        if (app === undefined || Key.endsWith(`/${app}.json`)) keys.push(Key);
  }
  const records = await mapBounded(keys, READS, (key) => documents.read<EnvironmentRecord>(key));
  return records.filter((record) => record !== undefined);
};
