import type { ServiceFacts } from '../service.ts';
import { createJsonProtocol } from './json-protocol.ts';
import type { Model } from './model.ts';
import { createRestJsonProtocol, createRestXmlProtocol } from './rest-protocol.ts';
import { createQueryProtocol } from './query-protocol.ts';
import type { WireProtocol } from './wire.ts';

/** The wire protocol of a service. */
export const createProtocol = (model: Model, facts: ServiceFacts): WireProtocol => {
  const queryCompatible = facts.otherProtocols?.includes('query') === true;
  switch (facts.protocol) {
    case 'ec2':
      return createQueryProtocol(model, facts, true);
    case 'query':
      return createQueryProtocol(model, facts, false);
    case 'json-1.0':
      return createJsonProtocol(model, '1.0', queryCompatible);
    case 'json-1.1':
      return createJsonProtocol(model, '1.1', queryCompatible);
    case 'rest-json':
      return createRestJsonProtocol(model);
    case 'rest-xml':
      return createRestXmlProtocol(model, facts);
  }
};
