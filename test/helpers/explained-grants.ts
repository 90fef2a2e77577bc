const WITH_OTHER_CALL = 'AWS checks it together with another call, the local cloud does not';
const KILLED = 'only after a rollout that was killed';
const HELD = 'only while another execution holds the lease';
const SWITCHED = 'only when the environment was switched off or resized meanwhile';
const SMOKE = 'only after a smoke test that failed or was killed';
const UNSURE = 'only when the answer to a task token was lost';
const SUPERSEDED = 'only when an older release still waits for its approval';
const FAILED = 'only after a replacement that failed';
const REPLACEMENT_KILLED = 'only after a replacement that was killed';
const REPLACEMENT_DIED = 'only when a replacement is late or has died';
const CHAOS_FAILED = 'only after a kill that was refused late, or a group that did not recover';
const SKIPPED = 'only when a group that is due may not be replaced';
const FASTER = 'only when people were faster than the task token';

/** By role, permissions that the journey of `least-privilege.test.ts` does not use, and why they are there. */
export const EXPLAINED_GRANTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AbandonReplacement: {
    'autoscaling:DescribeAutoScalingGroups': FAILED,
    'autoscaling:SetDesiredCapacity': FAILED,
    'autoscaling:TerminateInstanceInAutoScalingGroup': FAILED,
    'autoscaling:UpdateAutoScalingGroup': SWITCHED,
    'ec2:CreateTags': FAILED,
    'ec2:DescribeInstances': FAILED,
    'events:PutEvents': FAILED,
    's3:PutObject': FAILED,
    'states:DescribeExecution': SWITCHED,
  },
  BakeImage: {
    'ec2:DeleteSnapshot': 'only when two releases of the same content are baked at once',
  },
  DecideApproval: {
    's3:ListBucket': 'only for an approval that does not exist',
    'states:DescribeExecution': FASTER,
    'states:GetExecutionHistory': UNSURE,
    'states:SendTaskFailure': 'only when people reject',
  },
  FinishRollout: {
    'autoscaling:UpdateAutoScalingGroup': SWITCHED,
    'elasticloadbalancing:AddTags': WITH_OTHER_CALL,
    'states:DescribeExecution': SWITCHED,
  },
  FlipTraffic: {
    'autoscaling:SetDesiredCapacity': 'only when somebody scaled the warm machines down',
    'states:DescribeExecution': HELD,
  },
  GiveUpRecovery: {
    'events:PutEvents': CHAOS_FAILED,
    's3:ListBucket': 'only before the first kill of the environment',
    's3:PutObject': CHAOS_FAILED,
  },
  LaunchReplacements: {
    'autoscaling:UpdateAutoScalingGroup': 'only where a launch does not raise the desired capacity',
    'ec2:CreateTags': WITH_OTHER_CALL,
    'ec2:DescribeInstances': REPLACEMENT_KILLED,
    'ec2:RunInstances': WITH_OTHER_CALL,
  },
  PlanChaos: {
    'states:DescribeExecution': HELD,
  },
  PlanRecycling: {
    'ec2:CreateTags': SKIPPED,
    'events:PutEvents': SKIPPED,
    's3:PutObject': SKIPPED,
    'states:DescribeExecution': HELD,
  },
  PlanRollback: {
    's3:ListBucket': 'only for an app that was never there',
  },
  PlanRollout: {
    'events:PutEvents': SUPERSEDED,
    'states:DescribeExecution': SUPERSEDED,
    'states:GetExecutionHistory': SUPERSEDED,
    'states:SendTaskFailure': SUPERSEDED,
    'states:SendTaskSuccess': SUPERSEDED,
  },
  ReceiveArtifact: {
    's3:GetObject': 'only when a drop is delivered twice',
    's3:ListBucket': 'only when the artifact is gone: 404 instead of 403',
  },
  RejectRelease: {
    'ec2:DeleteSnapshot': SMOKE,
    'ec2:DeregisterImage': SMOKE,
    'ec2:TerminateInstances': SMOKE,
    'elasticloadbalancing:DeleteRule': SMOKE,
    'elasticloadbalancing:DeleteTargetGroup': SMOKE,
    's3:ListBucket': 'only when the release has no document yet',
  },
  ReleaseStateMachine: {
    'states:StopExecution': 'only when the release is stopped',
  },
  RetireDeployment: {
    'elasticloadbalancing:DeleteRule': 'only when machines were warm until the end',
    'elasticloadbalancing:ModifyRule': KILLED,
    'states:DescribeExecution': HELD,
  },
  RetireInstances: {
    'autoscaling:UpdateAutoScalingGroup': SWITCHED,
    'states:DescribeExecution': 'only while something else in the environment is disrupted',
  },
  RollBack: {
    'autoscaling:UpdateAutoScalingGroup': SWITCHED,
    'states:DescribeExecution': SWITCHED,
  },
  RollbackStateMachine: {
    'states:StopExecution': 'only when the rollback is stopped',
  },
  ShiftTraffic: {
    'elasticloadbalancing:AddTags': WITH_OTHER_CALL,
  },
  SmokeTestImage: {
    'elasticloadbalancing:AddTags': WITH_OTHER_CALL,
  },
  StartRollout: {
    'autoscaling:CreateOrUpdateTags': WITH_OTHER_CALL,
    'autoscaling:DeleteAutoScalingGroup': KILLED,
    'autoscaling:DetachLoadBalancerTargetGroups': KILLED,
    'autoscaling:SetDesiredCapacity': REPLACEMENT_KILLED,
    'autoscaling:TerminateInstanceInAutoScalingGroup': REPLACEMENT_KILLED,
    'ec2:DeleteLaunchTemplate': KILLED,
    'ec2:DescribeInstances': REPLACEMENT_KILLED,
    'ec2:RunInstances': WITH_OTHER_CALL,
    'elasticloadbalancing:AddTags': WITH_OTHER_CALL,
    'elasticloadbalancing:DeleteRule': KILLED,
    'elasticloadbalancing:DeleteTargetGroup': KILLED,
    'elasticloadbalancing:DescribeTargetGroups': KILLED,
    'elasticloadbalancing:DescribeTargetHealth': KILLED,
    'elasticloadbalancing:ModifyRule': KILLED,
    'states:DescribeExecution': HELD,
  },
  StoreApproval: {
    'events:PutEvents': FASTER,
    's3:ListBucket': 'only for an approval that does not exist',
    'states:DescribeExecution': FASTER,
    'states:GetExecutionHistory': FASTER,
    'states:SendTaskFailure': FASTER,
    'states:SendTaskSuccess': FASTER,
  },
  SwitchEnvironment: {
    'states:DescribeExecution': HELD,
  },
  WaitForReplacements: {
    'autoscaling:DescribeAutoScalingGroups': REPLACEMENT_DIED,
    'ec2:DescribeInstances': REPLACEMENT_DIED,
    's3:PutObject': REPLACEMENT_DIED,
  },
};
