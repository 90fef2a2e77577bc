import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Operation } from '#localcloud/protocols/model';
import { readModel } from '#localcloud/protocols/model';
import type { Service } from '#localcloud/service';
import type { ServiceModel } from './service-models.ts';

/** A service that answers every operation with what it was told to, and remembers the input. */
export interface RecordingService {
  readonly operations: readonly Operation[];
  readonly create: () => Service;
  input: Record<string, unknown>;
  /** The next output, or an error to throw. */
  output: unknown;
}

const readStreams = async (input: Record<string, unknown>): Promise<Record<string, unknown>> => {
  for (const [name, value] of Object.entries(input)) {
    if (value instanceof Readable) input[name] = await buffer(value);
  }
  return input;
};

/** Records all operations of a service. */
export const createRecordingService = ({ module, facts }: ServiceModel): RecordingService => {
  const operations = [...readModel(module).operations.values()];
  const recording: RecordingService = {
    operations,
    input: {},
    output: {},
    create: () => ({
      facts,
      module,
      resources: {},
      operations: Object.fromEntries(
        operations.map(({ name }) => [
          name,
          async (input: never) => {
            recording.input = await readStreams(input);
            if (recording.output instanceof Error) throw recording.output;
            return recording.output;
          },
        ]),
      ),
    }),
  };
  return recording;
};
