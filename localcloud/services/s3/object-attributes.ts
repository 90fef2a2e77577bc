import type { Call } from '../../service.ts';
import { checksumMember } from './checksums.ts';
import { findVersion } from './find-version.ts';
import { parseDetails } from './object-details.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { ObjectRow } from './object-table.ts';
import type { Input, Output } from './operation-types.ts';
import { partOwner } from './part-table.ts';

const pageSize = 1000;

const describeParts = (
  s3: ObjectStorage,
  row: ObjectRow,
  input: Input<'GetObjectAttributes'>,
): NonNullable<Output<'GetObjectAttributes'>['ObjectParts']> => {
  const { algorithm, checksumType, partsCount } = parseDetails(row);
  const marker = Number(input.PartNumberMarker ?? 0);
  const limit = Math.min(input.MaxParts ?? pageSize, pageSize);
  // Parts are listed only where each has a checksum of its own.
  const listed =
    checksumType === 'COMPOSITE'
      ? s3.parts.parts(partOwner(row.sequence)).filter(({ number }) => number > marker)
      : [];
  const page = listed.slice(0, limit);
  return {
    TotalPartsCount: partsCount,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(page.at(-1)?.number ?? marker),
    MaxParts: limit,
    IsTruncated: listed.length > page.length,
    ...(page.length === 0
      ? {}
      : {
          Parts: page.map(({ number, size, checksum }) => ({
            PartNumber: number,
            Size: size,
            ...checksumMember(algorithm, checksum),
          })),
        }),
  };
};

/** GetObjectAttributes: only what `ObjectAttributes` asks for. */
export const getObjectAttributes = (
  s3: ObjectStorage,
  input: Input<'GetObjectAttributes'>,
  call: Call,
): Output<'GetObjectAttributes'> => {
  const row = findVersion(s3, input, call);
  const details = parseDetails(row);
  const asked = new Set<string>(input.ObjectAttributes ?? []);
  return {
    LastModified: new Date(row.modified),
    ...(row.version === 'null' ? {} : { VersionId: row.version }),
    ...(asked.has('ETag') ? { ETag: row.etag } : {}),
    ...(asked.has('ObjectSize') ? { ObjectSize: row.size } : {}),
    ...(asked.has('StorageClass') ? { StorageClass: details.storageClass ?? 'STANDARD' } : {}),
    ...(asked.has('Checksum') && details.checksum !== undefined
      ? {
          Checksum: {
            ...checksumMember(details.algorithm, details.checksum),
            ChecksumType: details.checksumType,
          },
        }
      : {}),
    ...(asked.has('ObjectParts') && details.partsCount !== undefined
      ? { ObjectParts: describeParts(s3, row, input) }
      : {}),
  };
};
