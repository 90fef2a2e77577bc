import { invalidAttributeName, invalidAttributeValue } from './errors.ts';
import { parsePolicy, PolicyDocumentError } from '../../policies/policy-document.ts';

/** Attributes of a queue as they were set; values are texts. */
export type QueueAttributes = Readonly<Record<string, string>>;

/** Where messages go that were received too often. */
export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
const numbers: Readonly<Record<string, readonly [least: number, most: number, byDefault: number]>> = {
  DelaySeconds: [0, 900, 0],
  MaximumMessageSize: [1024, 1_048_576, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
};

const isPolicy = (text: string): boolean => {
  try {
    return parsePolicy(text).length > 0;
  } catch (error) {
    if (error instanceof PolicyDocumentError) return false;
    throw error;
  }
};

/** Reads a queue's RedrivePolicy; undefined when it has none, or none that can be read. */
export const redrivePolicy = ({ RedrivePolicy: text = '' }: QueueAttributes): RedrivePolicy | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { deadLetterTargetArn: arn, maxReceiveCount: most } = value as Readonly<Record<string, unknown>>;
  const maxReceiveCount = Number(most);
  if (typeof arn !== 'string' || !Number.isInteger(maxReceiveCount) || maxReceiveCount < 1) return undefined;
  return { deadLetterTargetArn: arn, maxReceiveCount };
};

const isJsonObject = (text: string): boolean => {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
};

// An empty text takes a policy away.
const texts: Readonly<Record<string, (text: string) => boolean>> = {
  Policy: (text) => text === '' || isPolicy(text),
  RedrivePolicy: (text) => text === '' || redrivePolicy({ RedrivePolicy: text }) !== undefined,
  RedriveAllowPolicy: (text) => text === '' || isJsonObject(text),
  SqsManagedSseEnabled: (text) => text === 'true' || text === 'false',
  // Kept and shown: nothing is encrypted here.
  KmsMasterKeyId: () => true,
  KmsDataKeyReusePeriodSeconds: (text) => /^\d+$/.test(text),
};

/** Throws AWS's error for attributes that a standard queue does not take. */
export const checkAttributes = (attributes: QueueAttributes): void => {
  for (const [name, value] of Object.entries(attributes)) {
    const range = numbers[name];
    const isText = texts[name];
    if (range === undefined && isText === undefined) throw invalidAttributeName(name);
    const [least, most] = range ?? [];
    const inRange =
      least !== undefined && most !== undefined
        ? /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most
        : isText?.(value);
    if (!inRange) throw invalidAttributeValue(name);
  }
};

/** A number among a queue's attributes, or AWS's default for it. */
export const numberOf = (attributes: QueueAttributes, name: keyof typeof numbers): number =>
  Number(attributes[name] ?? numbers[name]?.[2]);

/** The attributes of a queue as AWS tells them: with the defaults, without what was taken away. */
export const shownAttributes = (attributes: QueueAttributes): QueueAttributes => ({
  ...Object.fromEntries(Object.entries(numbers).map(([name, [, , value]]) => [name, String(value)])),
  SqsManagedSseEnabled: 'true',
  ...Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== '')),
});
