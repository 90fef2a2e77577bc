import { createHash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { invalidParameterValue } from './errors.ts';

/** Message attributes by name. */
export type MessageAttributes = Readonly<Record<string, MessageAttributeValue>>;

const withLength = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.byteLength);
  return Buffer.concat([length, bytes]);
};

const encode = (
  name: string,
  { DataType = '', StringValue = '', BinaryValue }: MessageAttributeValue,
): Buffer =>
  Buffer.concat([
    withLength(Buffer.from(name)),
    withLength(Buffer.from(DataType)),
    Buffer.from([BinaryValue === undefined ? 1 : 2]),
    withLength(BinaryValue ?? Buffer.from(StringValue)),
  ]);

/** "Calculating the MD5 message digest for message attributes", Amazon SQS Developer Guide; undefined for none. */
export const attributesMd5 = (attributes: MessageAttributes): string | undefined => {
  const names = Object.keys(attributes).toSorted();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  for (const name of names) hash.update(encode(name, attributes[name] ?? { DataType: undefined }));
  return hash.digest('hex');
};

/** Throws for attributes that SQS refuses; gives their size in bytes, which counts towards the message's. */
export const checkMessageAttributes = (attributes: MessageAttributes): number => {
  const entries = Object.entries(attributes);
  if (entries.length > 10) {
    throw invalidParameterValue(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`,
    );
  }
  let bytes = 0;
  for (const [name, { DataType: type = '', StringValue: text, BinaryValue: binary }] of entries) {
    if (!/^(?!aws\.|amazon\.)[\w.-]{1,256}$/i.test(name)) {
      throw invalidParameterValue(`The message attribute name '${name}' is not valid.`);
    }
    if (!/^(String|Number|Binary)(\.|$)/.test(type)) {
      throw invalidParameterValue(
        `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
      );
    }
    const value = type.startsWith('Binary') ? binary : text;
    if (value === undefined || value.length === 0) {
      throw invalidParameterValue(
        `The message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`,
      );
    }
    if (type.startsWith('Number') && !Number.isFinite(Number(text))) {
      throw invalidParameterValue(`Can't cast the value of message (user) attribute '${name}' to a number.`);
    }
    bytes += Buffer.byteLength(name) + Buffer.byteLength(type) + Buffer.byteLength(value);
  }
  return bytes;
};

/** The attributes that a receiver asked for: by name, by prefix (`bar.*`) or `All`. */
export const chosenAttributes = (
  attributes: MessageAttributes,
  wanted: readonly string[],
): MessageAttributes => {
  const isWanted = (name: string): boolean =>
    wanted.some(
      (each) =>
        each === 'All' ||
        each === '.*' ||
        each === name ||
        (each.endsWith('.*') && name.startsWith(each.slice(0, -2))),
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)));
};

/** As kept in the database: bytes as base64. */
export const toStored = (attributes: MessageAttributes): Record<string, object> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { BinaryValue: bytes, ...rest }]) => [
      name,
      bytes === undefined ? rest : { ...rest, base64: Buffer.from(bytes).toString('base64') },
    ]),
  );

/** From the database. */
export const fromStored = (stored: Readonly<Record<string, object>>): MessageAttributes =>
  Object.fromEntries(
    Object.entries(stored).map(([name, value]) => {
      const { base64, ...rest } = value as MessageAttributeValue & { readonly base64?: string };
      return [name, base64 === undefined ? rest : { ...rest, BinaryValue: Buffer.from(base64, 'base64') }];
    }),
  );
