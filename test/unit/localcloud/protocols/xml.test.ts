import * as Ec2 from '@aws-sdk/client-ec2';
import * as S3 from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { readModel } from '#localcloud/protocols/model';
import type { Shape, StructureShape } from '#localcloud/protocols/shape';
import { readXml, writeMembers } from '#localcloud/protocols/xml';
import { parseXml } from '#localcloud/protocols/xml-element';

const output = (module: object, operation: string): StructureShape => {
  const shape = readModel(module).operations.get(operation)?.output as Shape;
  if (shape.kind !== 'structure') throw new Error(`${operation} has no output`);
  return shape;
};

describe('XML of a shape', () => {
  test('has EC2 names, items and booleans', () => {
    const { members } = output(Ec2, 'DescribeImages');
    const image = { ImageId: 'ami-1', Public: false, BlockDeviceMappings: [{ Ebs: { VolumeSize: 8 } }] };
    expect(writeMembers(members, { Images: [image], NextToken: undefined })).toBe(
      '<imagesSet><item><blockDeviceMapping><item><ebs><volumeSize>8</volumeSize></ebs></item></blockDeviceMapping><imageId>ami-1</imageId><isPublic>false</isPublic></item></imagesSet>',
    );
  });

  test('repeats the element of a flattened list', () => {
    const { members } = output(S3, 'ListObjectsV2');
    expect(writeMembers(members, { Contents: [{ Key: 'a' }, { Key: 'b' }], CommonPrefixes: [] })).toBe(
      '<Contents><Key>a</Key></Contents><Contents><Key>b</Key></Contents>',
    );
  });

  test('escapes what a parser would take for something else', () => {
    const shape = output(S3, 'ListObjectsV2');
    const Prefix = `<a href="x">&amp;\r\n\u0085 ]]>`;
    const xml = `<r>${writeMembers(shape.members, { Prefix })}</r>`;
    expect(xml).not.toContain('\r');
    expect(readXml(shape, parseXml(xml))).toEqual({ Prefix });
  });

  test('keeps attributes and namespaces of a grantee', () => {
    const shape = output(S3, 'GetBucketAcl');
    const value = { Grants: [{ Grantee: { Type: 'CanonicalUser', ID: 'me' }, Permission: 'READ' }] };
    const xml = writeMembers(shape.members, value);
    expect(xml).toContain(
      '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>me</ID></Grantee>',
    );
    expect(readXml(shape, parseXml(`<r>${xml}</r>`))).toEqual(value);
  });
});
