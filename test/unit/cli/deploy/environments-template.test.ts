import { describe, expect, test } from '@jest/globals';
import { environmentsTemplate } from '#cli/deploy/environments-template';
import { parseEnvironments } from '#pipeline/environments/parse-environments';

const template = (text: string) => environmentsTemplate(parseEnvironments(text, 'environments.yml'));

const PRE_PROD = `environments:
  - name: pre-prod
    port: 81
    offHours: { off: 0 20 ? * MON-FRI *, on: 0 7 ? * MON-FRI *, timeZone: Europe/Berlin }
`;

describe('environmentsTemplate', () => {
  test('an environment has its port, its listener and the outputs that say where it is', () => {
    expect(template('environments: [{ name: dev }]').template).toEqual({
      Parameters: { DevListenerPort: expect.objectContaining({ Type: 'Number', Default: 8080 }) },
      Resources: {
        DevListener: {
          Type: 'AWS::ElasticLoadBalancingV2::Listener',
          Properties: expect.objectContaining({ Port: { Ref: 'DevListenerPort' }, Protocol: 'HTTP' }),
        },
      },
      Outputs: {
        DevUrl: expect.objectContaining({
          Value: { 'Fn::Sub': 'http://${LoadBalancer.DNSName}:${DevListenerPort}' },
        }),
        DevListenerArn: expect.objectContaining({ Value: { Ref: 'DevListener' } }),
      },
    });
  });

  test('the load balancer lets in what the listeners take, and the roles know them', () => {
    const { ingress, listeners } = template('environments: [{ name: dev }, { name: prod }]');
    expect(ingress.map(({ FromPort, ToPort }) => [FromPort, ToPort])).toEqual([
      [{ Ref: 'DevListenerPort' }, { Ref: 'DevListenerPort' }],
      [{ Ref: 'ProdListenerPort' }, { Ref: 'ProdListenerPort' }],
    ]);
    expect(listeners).toEqual([{ Ref: 'DevListener' }, { Ref: 'ProdListener' }]);
  });

  test('off-hours are two schedules, whose role may only switch environments', () => {
    const { Resources } = template(PRE_PROD).template;
    expect(Object.keys(Resources)).toEqual([
      'PreProdListener',
      'SwitchScheduleRole',
      'PreProdOffSchedule',
      'PreProdOnSchedule',
    ]);
    const switchArn = { 'Fn::GetAtt': ['SwitchEnvironmentLambdaFunction', 'Arn'] };
    expect(Resources['PreProdOffSchedule']).toMatchObject({
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'cron(0 20 ? * MON-FRI *)',
        ScheduleExpressionTimezone: 'Europe/Berlin',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: switchArn,
          RoleArn: { 'Fn::GetAtt': ['SwitchScheduleRole', 'Arn'] },
          Input: '{"environment":"pre-prod","to":"off","by":"schedule"}',
        },
      },
    });
    expect(Resources['SwitchScheduleRole']).toMatchObject({
      Properties: {
        Policies: [
          {
            PolicyDocument: {
              Statement: [{ Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: switchArn }],
            },
          },
        ],
      },
    });
  });
});
