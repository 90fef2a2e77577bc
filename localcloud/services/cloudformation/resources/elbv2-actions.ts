import type { Shape } from '../property-shape.ts';

/** Actions of listeners and rules. */
export const actionsShape: Shape = [
  {
    Type: 'string',
    Order: 'number',
    TargetGroupArn: 'string',
    ForwardConfig: {
      TargetGroups: [{ TargetGroupArn: 'string', Weight: 'number' }],
      TargetGroupStickinessConfig: { Enabled: 'boolean', DurationSeconds: 'number' },
    },
    FixedResponseConfig: { StatusCode: 'string', ContentType: 'string', MessageBody: 'string' },
    RedirectConfig: {
      Protocol: 'string',
      Port: 'string',
      Host: 'string',
      Path: 'string',
      Query: 'string',
      StatusCode: 'string',
    },
  },
];

const values: Shape = { Values: ['string'] };

/** Conditions of rules. */
export const conditionsShape: Shape = [
  {
    Field: 'string',
    Values: ['string'],
    HttpHeaderConfig: { HttpHeaderName: 'string', Values: ['string'] },
    PathPatternConfig: values,
    HostHeaderConfig: values,
    HttpRequestMethodConfig: values,
    SourceIpConfig: values,
    QueryStringConfig: { Values: [{ Key: 'string', Value: 'string' }] },
  },
];

/** Attributes by key, of load balancers, target groups and listeners. */
export const attributesShape: Shape = [{ Key: 'string', Value: 'string' }];
