import type { CloudContext } from '../../cloud-context.ts';
import type { Collection } from '../../store.ts';
import {
  accessDenied,
  bucketAlreadyOwnedByYou,
  bucketNotEmpty,
  invalidBucketName,
  noSuchBucket,
  notFound,
} from './errors.ts';
import type { BucketSettings } from './bucket-settings.ts';
import type { Input, Output } from './operation-types.ts';
import type { ObjectStorage } from './object-storage.ts';

/** A bucket as it is stored. */
export interface Bucket {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly region: string;
  readonly settings: BucketSettings;
}

interface BucketReference {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** The buckets of the account. */
export interface Buckets {
  /** The bucket a request names; throws NoSuchBucket, or AccessDenied when it is not the expected owner's. */
  need(reference: BucketReference): Bucket;
  update(bucket: Bucket, settings: BucketSettings): void;
  readonly stored: Collection<Bucket>;
}

/** Opens the account's buckets. */
export const openBuckets = ({ store, accountId }: Pick<CloudContext, 'store' | 'accountId'>): Buckets => {
  const stored = store.collection<Bucket>('s3.bucket');
  return {
    stored,
    need: ({ Bucket: name = '', ExpectedBucketOwner: owner }) => {
      const bucket = stored.get(name);
      if (bucket === undefined) throw noSuchBucket({ BucketName: name });
      if (owner !== undefined && owner !== accountId) throw accessDenied();
      return bucket;
    },
    update: (bucket, settings) => {
      stored.put(bucket.name, { ...bucket, settings: { ...bucket.settings, ...settings } });
    },
  };
};

// "Bucket naming rules", Amazon S3 User Guide.
const validName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
  !/\.\.|\.-|-\./.test(name) &&
  !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
  !/^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);

/** CreateBucket. */
export const createBucket = (s3: ObjectStorage, input: Input<'CreateBucket'>): Output<'CreateBucket'> => {
  const { Bucket: name = '' } = input;
  const { buckets, context } = s3;
  if (!validName(name)) throw invalidBucketName({ BucketName: name });
  if (buckets.stored.get(name) !== undefined) throw bucketAlreadyOwnedByYou({ BucketName: name });
  const region = input.CreateBucketConfiguration?.LocationConstraint ?? context.region;
  const tags = input.CreateBucketConfiguration?.Tags;
  const ownership = input.ObjectOwnership ?? 'BucketOwnerEnforced';
  buckets.stored.put(name, {
    name,
    created: context.clock.now(),
    region,
    settings: {
      ownership: { Rules: [{ ObjectOwnership: ownership }] },
      ...(tags === undefined ? {} : { tags }),
      publicAccessBlock: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      },
    },
  });
  return { Location: `/${name}`, BucketArn: `arn:aws:s3:::${name}` };
};

/** HeadBucket. */
export const headBucket = (s3: ObjectStorage, input: Input<'HeadBucket'>): Output<'HeadBucket'> => {
  if (s3.buckets.stored.get(input.Bucket ?? '') === undefined) throw notFound();
  const { name, region } = s3.buckets.need(input);
  return { BucketRegion: region, BucketArn: `arn:aws:s3:::${name}`, AccessPointAlias: false };
};

/** DeleteBucket: only when no version, delete marker or unfinished upload is left. */
export const deleteBucket = (s3: ObjectStorage, input: Input<'DeleteBucket'>): Output<'DeleteBucket'> => {
  const { name } = s3.buckets.need(input);
  if (!s3.objects.isEmpty(name) || s3.parts.uploads(name).length > 0) {
    throw bucketNotEmpty({ BucketName: name });
  }
  s3.buckets.stored.delete(name);
  return {};
};

/** ListBuckets, by name. */
export const listBuckets = (s3: ObjectStorage, input: Input<'ListBuckets'>): Output<'ListBuckets'> => {
  const after = input.ContinuationToken;
  const limit = input.MaxBuckets ?? 10_000;
  const found = s3.buckets.stored
    .list(input.Prefix ?? '')
    .filter(
      ({ name, region }) =>
        (after === undefined || name > after) && region === (input.BucketRegion ?? region),
    );
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    Buckets: page.map(({ name, created, region }) => ({
      Name: name,
      CreationDate: new Date(created),
      BucketRegion: region,
      BucketArn: `arn:aws:s3:::${name}`,
    })),
    Owner: s3.owner,
    ...(input.Prefix === undefined ? {} : { Prefix: input.Prefix }),
    ...(found.length > page.length && last !== undefined ? { ContinuationToken: last.name } : {}),
  };
};

/** GetBucketLocation; us-east-1 answers an empty constraint. */
export const getBucketLocation = (
  s3: ObjectStorage,
  input: Input<'GetBucketLocation'>,
): Output<'GetBucketLocation'> => {
  const { region } = s3.buckets.need(input);
  return region === 'us-east-1'
    ? {}
    : { LocationConstraint: region as NonNullable<Output<'GetBucketLocation'>['LocationConstraint']> };
};
