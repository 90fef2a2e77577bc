import type {
  Action,
  LoadBalancerSchemeEnum,
  RuleCondition,
  Tag,
  TargetTypeEnum,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Collection, Store } from '../../store.ts';

/** What every stored resource has. */
export interface TaggedRecord {
  readonly arn: string;
  readonly tags: readonly Tag[];
}

/** A stored load balancer. */
export interface LoadBalancerRecord extends TaggedRecord {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly scheme: LoadBalancerSchemeEnum;
  readonly vpcId: string;
  readonly zones: readonly { readonly ZoneName: string; readonly SubnetId: string }[];
  readonly securityGroups: readonly string[];
  /** Only attributes that differ from the defaults. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A stored listener; always HTTP. */
export interface ListenerRecord extends TaggedRecord {
  readonly loadBalancerArn: string;
  readonly port: number;
  readonly defaultRuleArn: string;
  readonly defaultActions: readonly Action[];
}

/** A stored rule other than a listener's default rule. */
export interface RuleRecord extends TaggedRecord {
  readonly listenerArn: string;
  /** 1..50000, unique in its listener. */
  readonly priority: number;
  readonly conditions: readonly RuleCondition[];
  readonly actions: readonly Action[];
}

/** Health check settings as the API names them; seconds. */
export interface HealthCheckRecord {
  readonly path: string;
  /** `traffic-port` or a number. */
  readonly port: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly matcher: string;
}

/** A stored target group. */
export interface TargetGroupRecord extends TaggedRecord {
  readonly name: string;
  readonly port: number;
  readonly vpcId?: string;
  readonly targetType: TargetTypeEnum;
  readonly healthCheck: HealthCheckRecord;
  /** Only attributes that differ from the defaults. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A registered target; it stays until it has drained. */
export interface TargetRecord {
  readonly groupArn: string;
  readonly id: string;
  readonly port: number;
  readonly zone?: string;
  /** Set by deregistration: when draining ends, milliseconds since the epoch. */
  readonly drainingUntil?: number;
}

/** Everything the service keeps. */
export interface ElbRecords {
  readonly loadBalancers: Collection<LoadBalancerRecord>;
  readonly listeners: Collection<ListenerRecord>;
  readonly rules: Collection<RuleRecord>;
  readonly targetGroups: Collection<TargetGroupRecord>;
  readonly targets: Collection<TargetRecord>;
}

/** Key of a target inside its group. */
export const targetKey = ({ id, port }: Pick<TargetRecord, 'id' | 'port'>): string => `${id}:${port}`;

/** Key of a target in the store; a group's targets share the prefix `<group ARN> `. */
export const targetRecordKey = (target: TargetRecord): string => `${target.groupArn} ${targetKey(target)}`;

/** Opens the collections. */
export const openElbRecords = (store: Store): ElbRecords => ({
  loadBalancers: store.collection('elasticloadbalancing.load-balancers'),
  listeners: store.collection('elasticloadbalancing.listeners'),
  rules: store.collection('elasticloadbalancing.rules'),
  targetGroups: store.collection('elasticloadbalancing.target-groups'),
  targets: store.collection('elasticloadbalancing.targets'),
});
