import { EC2ServiceException } from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { poll } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { readConsole } from './console.ts';

/** Of UTF-8. An event of 256 KB has room for it, even where JSON needs two bytes for each. */
const MAX_BYTES = 65_536;
/** EC2 posts a console "shortly after" the end (GetConsoleOutput); how shortly is not documented. */
const POSTED_WITHIN = { intervalMilliseconds: 1000, longestMilliseconds: 5000, timeoutMilliseconds: 20_000 };
/** Nobody has the console of a type that is not Nitro while it is wanted at its latest, or of a machine that is forgotten. */
const NOT_THERE = new Set(['UnsupportedOperation', 'IncorrectInstanceState', 'InvalidInstanceID.NotFound']);

const SAID_WHY = /^kiln: (app exited|app killed|app cannot be killed|powering off|boot failed)/m;
const DEAD_MAN = /^kiln: stopping the app at \S+ s: the machine reached its maximum uptime/m;

/** Whether the machine's own timer ended it, as its console says (`bakery/guest/init/supervise.c`). */
export const isDeadMan = (console: string | undefined): boolean => DEAD_MAN.test(console ?? '');

const attempt = async (instanceId: string, latest: boolean, ec2: EC2Client): Promise<string> => {
  try {
    return await readConsole(instanceId, ec2, latest);
  } catch (error) {
    if (error instanceof EC2ServiceException && NOT_THERE.has(error.name)) return '';
    throw error;
  }
};

const cut = (text: string): string => {
  const bytes = Buffer.from(text);
  // The first character may be cut in two.
  return bytes.length <= MAX_BYTES
    ? text
    : bytes
        .subarray(-MAX_BYTES)
        .toString('utf8')
        .replace(/^\uFFFD+/, '');
};

/**
 * The last 64 KB of an ended machine's console; undefined when EC2 has none. A machine that `endedItself` said why: that is
 * waited for, 20 s at most.
 */
export const readLastWords = async (
  instanceId: string,
  endedItself: boolean,
  { ec2, clock }: { readonly ec2: EC2Client; readonly clock: Clock },
): Promise<string | undefined> => {
  let text = '';
  await poll(clock, { ...POSTED_WITHIN, ...(endedItself ? {} : { timeoutMilliseconds: 0 }) }, async () => {
    const latest = await attempt(instanceId, true, ec2);
    const found = latest === '' ? await attempt(instanceId, false, ec2) : latest;
    if (found !== '') text = found;
    return SAID_WHY.test(text) ? true : undefined;
  });
  return text === '' ? undefined : cut(text);
};
