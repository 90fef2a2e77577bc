import { AutoScalingServiceException } from '@aws-sdk/client-auto-scaling';
import { EBSServiceException } from '@aws-sdk/client-ebs';
import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2ServiceException } from '@aws-sdk/client-elastic-load-balancing-v2';
import { S3ServiceException } from '@aws-sdk/client-s3';

const options = (name: string, status: number) => ({
  name,
  message: `${name}, said AWS`,
  $fault: 'client' as const,
  $metadata: { httpStatusCode: status },
});

/** Errors as the SDK's clients throw them: `ec2Error('InvalidSnapshot.InUse')`. */
export const ec2Error = (name: string): Error => new EC2ServiceException(options(name, 400));
/** Of Elastic Load Balancing. */
export const elbError = (name: string): Error =>
  new ElasticLoadBalancingV2ServiceException(options(name, 400));
/** Of Auto Scaling. */
export const autoScalingError = (name: string): Error => new AutoScalingServiceException(options(name, 400));
/** Of the EBS direct APIs. */
export const ebsError = (name: string): Error => new EBSServiceException(options(name, 400));
/** Of S3. */
export const s3Error = (name: string, status: number): Error => new S3ServiceException(options(name, status));
