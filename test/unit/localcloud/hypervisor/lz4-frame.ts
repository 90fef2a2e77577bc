/** Wraps data into a legacy LZ4 frame of one block that is one run of literals. */
export const lz4Legacy = (data: Buffer): Buffer => {
  const lengths: number[] = [];
  for (let rest = data.length - 15; rest >= 0; rest -= 255) lengths.push(Math.min(rest, 255));
  const block = Buffer.concat([Buffer.from([Math.min(data.length, 15) << 4, ...lengths]), data]);
  const head = Buffer.from('02214c1800000000', 'hex');
  head.writeUInt32LE(block.length, 4);
  return Buffer.concat([head, block]);
};
