import * as AutoScaling from '@aws-sdk/client-auto-scaling';
import * as Ec2 from '@aws-sdk/client-ec2';
import * as CloudFormation from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from '@jest/globals';
import { readModel } from '#localcloud/protocols/model';
import { parseForm, readForm } from '#localcloud/protocols/query-form';

const read = (module: object, operation: string, form: string, ec2 = false): object => {
  const input = readModel(module).operations.get(operation)?.input;
  if (input === undefined) throw new Error(`no operation ${operation}`);
  return readForm(input, parseForm(form), ec2);
};

describe('readForm', () => {
  test('reads lists in the order of their numbers, gaps or not', () => {
    expect(read(Ec2, 'DescribeImages', 'ImageId.10=c&ImageId.2=b&ImageId.1=a', true)).toEqual({
      ImageIds: ['a', 'b', 'c'],
    });
  });

  test('reads structures in lists', () => {
    const form = 'Filter.1.Name=name&Filter.1.Value.1=a&Filter.1.Value.2=b%20c%2Bd+e';
    expect(read(Ec2, 'DescribeImages', form, true)).toEqual({
      Filters: [{ Name: 'name', Values: ['a', 'b c+d e'] }],
    });
  });

  test('takes the EC2 names of members', () => {
    const form = 'NetworkInterface.1.DeviceIndex=0&DryRun=true&MinCount=1';
    expect(read(Ec2, 'RunInstances', form, true)).toEqual({
      NetworkInterfaces: [{ DeviceIndex: 0 }],
      DryRun: true,
      MinCount: 1,
    });
  });

  test('reads wrapped lists of the plain protocol, and an empty list', () => {
    expect(read(AutoScaling, 'DescribeAutoScalingGroups', 'AutoScalingGroupNames.member.1=a')).toEqual({
      AutoScalingGroupNames: ['a'],
    });
    expect(read(CloudFormation, 'CreateStack', 'StackName=s&Capabilities=')).toEqual({
      StackName: 's',
      Capabilities: [],
    });
  });

  test('ignores fields that the operation does not know', () => {
    expect(
      read(AutoScaling, 'DescribeAutoScalingGroups', 'Action=x&Version=y&Other.1=z&__proto__.a=1&'),
    ).toEqual({});
  });

  test.each([
    ['MinCount=one', 'a number is needed'],
    ['DryRun=maybe', `'true' or 'false' is needed`],
    ['ImageId=%zz', 'not percent-encoded'],
  ])('refuses %s', (form, problem) => {
    expect(() => read(Ec2, 'RunInstances', form, true)).toThrow(problem);
  });

  test('survives a name of a million dots', () => {
    expect(read(Ec2, 'RunInstances', `${'a.'.repeat(1_000_000)}=1`, true)).toEqual({});
  });
});
