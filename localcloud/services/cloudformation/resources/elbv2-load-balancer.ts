import type {
  IpAddressType,
  LoadBalancer as LoadBalancerDescription,
  LoadBalancerAttribute,
  LoadBalancerSchemeEnum,
  LoadBalancerTypeEnum,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { tagsShape } from '../property-shape.ts';
import type { MadeResource, ResourceScope, Tag } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';
import { attributesShape } from './elbv2-actions.ts';

interface LoadBalancer {
  readonly Name?: string;
  readonly Type?: LoadBalancerTypeEnum;
  readonly Scheme?: LoadBalancerSchemeEnum;
  readonly IpAddressType?: IpAddressType;
  readonly Subnets?: string[];
  readonly SecurityGroups?: string[];
  readonly LoadBalancerAttributes?: LoadBalancerAttribute[];
  readonly Tags?: readonly Tag[];
}

const pollMilliseconds = 100;
const activeMilliseconds = 60_000;

const find = async (
  arn: string,
  { peers, call }: ResourceScope,
): Promise<LoadBalancerDescription | undefined> => {
  const { LoadBalancers } = await peers.elasticloadbalancing.DescribeLoadBalancers(
    { LoadBalancerArns: [arn] },
    call,
  );
  return LoadBalancers?.[0];
};

const whenActive = async (
  arn: string,
  scope: ResourceScope,
): Promise<LoadBalancerDescription | undefined> => {
  for (let waited = 0; waited < activeMilliseconds; waited += pollMilliseconds) {
    const found = await find(arn, scope);
    if (found?.State?.Code !== 'provisioning') return found;
    await scope.context.clock.delay(pollMilliseconds);
  }
  throw new Error(`load balancer '${arn}' is still provisioning after ${activeMilliseconds / 1000} s`);
};

const made = async (arn: string, scope: ResourceScope): Promise<MadeResource> => {
  const found = await whenActive(arn, scope);
  return {
    physicalId: arn,
    attributes: {
      LoadBalancerArn: arn,
      DNSName: found?.DNSName,
      CanonicalHostedZoneID: found?.CanonicalHostedZoneId,
      LoadBalancerName: found?.LoadBalancerName,
      LoadBalancerFullName: arn.slice(arn.indexOf('loadbalancer/') + 'loadbalancer/'.length),
      SecurityGroups: found?.SecurityGroups ?? [],
    },
  };
};

const setAttributes = async (arn: string, properties: LoadBalancer, scope: ResourceScope): Promise<void> => {
  const Attributes = properties.LoadBalancerAttributes ?? [];
  if (Attributes.length === 0) return;
  await scope.peers.elasticloadbalancing.ModifyLoadBalancerAttributes(
    { LoadBalancerArn: arn, Attributes },
    scope.call,
  );
};

/** `AWS::ElasticLoadBalancingV2::LoadBalancer` */
export const elbv2LoadBalancer = resourceType<LoadBalancer>({
  type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
  properties: {
    Name: 'string',
    Type: 'string',
    Scheme: 'string',
    IpAddressType: 'string',
    Subnets: ['string'],
    SecurityGroups: ['string'],
    LoadBalancerAttributes: attributesShape,
    Tags: tagsShape,
  },
  required: [],
  // AWS moves a balancer to other subnets and security groups in place; the local one is made anew.
  replacing: ['Name', 'Type', 'Scheme', 'IpAddressType', 'Subnets', 'SecurityGroups'],
  attributes: [
    'LoadBalancerArn',
    'DNSName',
    'CanonicalHostedZoneID',
    'LoadBalancerName',
    'LoadBalancerFullName',
    'SecurityGroups',
  ],
  create: async (properties, scope) => {
    const { LoadBalancerAttributes: _, Name, Tags: own, ...rest } = properties;
    const Tags = scope.tags(own);
    const { LoadBalancers } = await scope.peers.elasticloadbalancing.CreateLoadBalancer(
      { ...rest, Name: Name ?? scope.generateName(32), ...(Tags.length === 0 ? {} : { Tags }) },
      scope.call,
    );
    const arn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
    scope.started(arn);
    await setAttributes(arn, properties, scope);
    return made(arn, scope);
  },
  update: async (arn, properties, _, scope) => {
    await setAttributes(arn, properties, scope);
    const Tags = scope.tags(properties.Tags);
    if (Tags.length > 0)
      await scope.peers.elasticloadbalancing.AddTags({ ResourceArns: [arn], Tags }, scope.call);
    return made(arn, scope);
  },
  delete: async (arn, _, scope) => {
    await scope.peers.elasticloadbalancing.DeleteLoadBalancer({ LoadBalancerArn: arn }, scope.call);
  },
});
