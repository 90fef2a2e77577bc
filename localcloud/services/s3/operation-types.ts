import type * as S3 from '@aws-sdk/client-s3';
import type { OperationsOf } from '../../service.ts';

type Operations = OperationsOf<typeof S3>;

/** What an operation of Amazon S3 is given, by its name. */
export type Input<Name extends keyof Operations> = Parameters<Operations[Name]>[0];

/** What an operation of Amazon S3 answers, by its name. */
export type Output<Name extends keyof Operations> = Awaited<ReturnType<Operations[Name]>>;
