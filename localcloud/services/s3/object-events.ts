import type { Call } from '../../service.ts';
import type { Bucket } from './buckets.ts';
import type { ObjectStorage } from './object-storage.ts';

interface ObjectEvent {
  readonly 'detail-type': 'Object Created' | 'Object Deleted';
  readonly object: {
    readonly key: string;
    readonly size?: number;
    readonly etag?: string;
    readonly version?: string;
    readonly sequence: number;
  };
  readonly reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload' | 'DeleteObject';
  readonly 'deletion-type'?: 'Permanently Deleted' | 'Delete Marker Created';
}

/** Sequencers of a key compare as text of equal length; AWS writes them as upper-case hex digits. */
const sequencer = (sequence: number): string => sequence.toString(16).toUpperCase().padStart(18, '0');

/**
 * Publishes what happened to an object when the bucket sends its events to EventBridge. Call last inside the transaction
 * that made the change: the event is then as durable as the object. Keys are not URL-encoded, unlike in S3 notifications.
 */
export const publishObjectEvent = (
  s3: ObjectStorage,
  bucket: Bucket,
  call: Call,
  event: ObjectEvent,
): void => {
  if (bucket.settings.notifications?.EventBridgeConfiguration === undefined) return;
  const { key, size, etag, version, sequence } = event.object;
  s3.context.backplane.publish({
    'detail-type': event['detail-type'],
    source: 'aws.s3',
    resources: [`arn:aws:s3:::${bucket.name}`],
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      object: {
        key,
        ...(size === undefined ? {} : { size }),
        ...(etag === undefined ? {} : { etag }),
        ...(version === undefined ? {} : { 'version-id': version }),
        sequencer: sequencer(sequence),
      },
      'request-id': call.requestId,
      requester: call.caller.kind === 'service' ? call.caller.arn : call.caller.accountId,
      'source-ip-address': '127.0.0.1',
      reason: event.reason,
      ...(event['deletion-type'] === undefined ? {} : { 'deletion-type': event['deletion-type'] }),
    },
  });
};
