import { createHash, createHmac } from 'node:crypto';

/** What a signature is good for. */
export interface CredentialScope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  /** Signing name of the service. */
  readonly service: string;
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const keys = new Map<string, Buffer>();
const maximumKeys = 1000;

/** The signing key of Signature Version 4; the last ones are remembered, since a client keeps to one all day. */
export const signingKey = (secretAccessKey: string, { date, region, service }: CredentialScope): Buffer => {
  const name = JSON.stringify([secretAccessKey, date, region, service]);
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, date), region), service), 'aws4_request');
  if (keys.size >= maximumKeys) keys.clear();
  keys.set(name, key);
  return key;
};

/** `date/region/service/aws4_request`. */
export const scopeText = ({ date, region, service }: CredentialScope): string =>
  `${date}/${region}/${service}/aws4_request`;

/** HMAC-SHA-256 in hex. */
export const sign = (key: Buffer, text: string): string =>
  createHmac('sha256', key).update(text).digest('hex');

/** SHA-256 in hex. */
export const sha256Hex = (data: Uint8Array | string): string =>
  createHash('sha256').update(data).digest('hex');
