import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import type { Logger } from '#pipeline/log';

/** The functions' logger: JSON lines that carry the request. */
export const logger = new PowertoolsLogger({ serviceName: 'kiln' });

/** The same as the pipeline sees it. */
export const log: Logger = {
  info: (message, fields = {}) => {
    logger.info(message, fields);
  },
  warn: (message, fields = {}) => {
    logger.warn(message, fields);
  },
  error: (message, fields = {}) => {
    logger.error(message, fields);
  },
};
