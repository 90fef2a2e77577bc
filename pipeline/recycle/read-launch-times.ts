import { DescribeInstancesCommand, EC2ServiceException } from '@aws-sdk/client-ec2';
import type { EC2Client, Instance } from '@aws-sdk/client-ec2';
import { TAG } from '../tags.ts';

/** EC2's largest page. */
const PAGE = 1000;
/** A list that changes while it is read is begun anew so many times. */
const ATTEMPTS = 3;

/** What EC2 knows of a machine that recycling needs. */
export interface LaunchedMachine {
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  readonly imageId: string;
  /** Its uptime until which its own timer leaves it alone. */
  readonly keptUntilSeconds: number | undefined;
  /** It was told so though its age could not be believed. */
  readonly keptInDoubt: true | undefined;
}

/** By instance id. */
export type LaunchedMachines = ReadonlyMap<string, LaunchedMachine>;

const isExpiredToken = (error: unknown): boolean =>
  error instanceof EC2ServiceException &&
  (/NextToken|PaginationToken/i.test(error.name) || /next ?token/i.test(error.message));

const note = (machines: Map<string, LaunchedMachine>, found: readonly Instance[]): void => {
  for (const { InstanceId, LaunchTime, ImageId = '', Tags = [] } of found) {
    if (InstanceId === undefined || LaunchTime === undefined) continue;
    let [keep, inDoubt] = [0, 0];
    for (const { Key, Value } of Tags)
      if (Key === TAG.keep) keep = Number(Value);
      else if (Key === TAG.keepInDoubt) inDoubt = Number(Value);
    const isKept = keep > 0;
    machines.set(InstanceId, {
      launchedAt: LaunchTime.getTime(),
      imageId: ImageId,
      keptUntilSeconds: isKept ? keep : undefined,
      // Whoever told it later wrote the first of the two anew.
      keptInDoubt: isKept && keep === inDoubt ? true : undefined,
    });
  }
};

const readPages = async (
  filters: Readonly<Record<string, string>>,
  ec2: EC2Client,
): Promise<LaunchedMachines> => {
  const machines = new Map<string, LaunchedMachine>();
  const Filters = [
    ...Object.entries(filters).map(([tag, value]) => ({ Name: `tag:${tag}`, Values: [value] })),
    { Name: 'instance-state-name', Values: ['pending', 'running'] },
  ];
  let NextToken: string | undefined;
  do {
    const page = await ec2.send(
      new DescribeInstancesCommand({
        Filters,
        MaxResults: PAGE,
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    );
    note(
      machines,
      (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances),
    );
    NextToken = page.NextToken;
  } while (NextToken !== undefined && NextToken !== '');
  return machines;
};

/**
 * When the stack's machines were launched, a call a thousand machines. A machine that several pages list is there once; where
 * a page's token has expired, the list is read anew.
 */
export const readLaunchTimes = async (
  { stack, environment }: { readonly stack: string; readonly environment?: string },
  ec2: EC2Client,
): Promise<LaunchedMachines> => {
  const filters = {
    [TAG.stack]: stack,
    ...(environment === undefined ? {} : { [TAG.environment]: environment }),
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readPages(filters, ec2);
    } catch (error) {
      if (attempt >= ATTEMPTS || !isExpiredToken(error)) throw error;
    }
  }
};

/** The same of the machines of one group. */
export const readGroupLaunchTimes = (groupName: string, ec2: EC2Client): Promise<LaunchedMachines> =>
  readPages({ 'aws:autoscaling:groupName': groupName }, ec2);
