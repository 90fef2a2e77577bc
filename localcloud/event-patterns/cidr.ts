import { BlockList, isIP } from 'node:net';

/** A block of addresses: `10.0.0.0/24`, `2001:db8::/32`, or one address. */
export interface Cidr {
  contains(address: string): boolean;
}

/** Reads a block; undefined when the text is none. */
export const parseCidr = (text: string): Cidr | undefined => {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return undefined;
  const most = family === 4 ? 32 : 128;
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > most)) return undefined;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, bits === undefined ? most : Number(bits), type);
  return {
    contains: (other) => isIP(other) === family && block.check(other, type),
  };
};
