import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { HttpRoute } from '../service.ts';
import type { Faults } from './faults.ts';
import { readFaultPlan } from './read-fault-plan.ts';

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

const put = async (message: IncomingMessage, response: ServerResponse, faults: Faults): Promise<void> => {
  try {
    faults.set(readFaultPlan(JSON.parse(await text(message))));
  } catch (error) {
    return answer(response, 400, { message: error instanceof Error ? error.message : String(error) });
  }
  return answer(response, 200, faults.plan());
};

/** `PUT /_local/faults` sets the fault plan, `GET` shows it with how often each rule has struck, `DELETE` ends it. */
export const faultsRoute = (faults: Faults): HttpRoute => ({
  prefix: '/_local/faults',
  handle: (message, response) => {
    switch (message.method) {
      case 'PUT':
        return put(message, response, faults);
      case 'GET':
        return answer(response, 200, { ...faults.plan(), struck: faults.struck() });
      case 'DELETE':
        faults.clear();
        return answer(response, 200, {});
      default:
        return answer(response, 405, { message: 'PUT, GET or DELETE' });
    }
  },
});
