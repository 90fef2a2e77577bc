import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { createAnnounce } from '#pipeline/announce';
import type { Announce } from '#pipeline/announce';
import { systemClock } from '#pipeline/clock';
import type { Clock } from '#pipeline/clock';
import { readConfig } from '#pipeline/config';
import { createDocumentStore } from '#pipeline/documents/document-store';
import type { DocumentStore } from '#pipeline/documents/document-store';
import type { Logger } from '#pipeline/log';
import { log } from './log.ts';

/** What nearly every step needs: the documents, the bus, the clock and the log. */
export interface StepDeps {
  readonly s3: S3Client;
  readonly documents: DocumentStore;
  readonly announce: Announce;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stack: string;
}

/** Builds them from the function's environment. */
export const createStepDeps = (): StepDeps => {
  const config = readConfig(['KILN_STACK', 'KILN_BUCKET', 'KILN_EVENT_BUS']);
  const s3 = new S3Client();
  return {
    s3,
    documents: createDocumentStore(s3, config.KILN_BUCKET),
    announce: createAnnounce(new EventBridgeClient(), config.KILN_EVENT_BUS, log),
    clock: systemClock,
    log,
    stack: config.KILN_STACK,
  };
};
