import * as z from 'zod';
import { ArtifactRejectedError } from './artifact-rejected.ts';
import { printable } from './entry-path.ts';
import { repeatedKey } from './repeated-key.ts';

// The application runs without privileges, so it cannot listen below 1024.
const port = z.int().min(1_024).max(65_535);
// 1,024 characters is what an Application Load Balancer takes as a health check path.
const path = z
  .string()
  .max(1_024)
  .regex(/^\/[\x21-\x7e]*$/, "must begin with '/' and be printable ASCII");

const schema = z.strictObject({
  port: port.default(8_080),
  healthPath: path.default('/'),
  smoke: z
    .array(z.strictObject({ path, status: z.int().min(100).max(599).default(200) }))
    .max(20)
    .default([]),
  memoryMiB: z.int().min(128).max(4_096).default(256),
  startSeconds: z.int().min(5).max(600).default(120),
});

/** What `kiln.json` in the root of an artifact may say. */
export type KilnJson = z.infer<typeof schema>;

/** Reads the text of `kiln.json`; undefined stands for an artifact without one. */
export function parseKilnJson(text: string | undefined): KilnJson {
  const result = schema.safeParse(text === undefined ? {} : parseJson(text, 'kiln.json'));
  const repeated = text === undefined ? undefined : repeatedKey(text);
  if (repeated !== undefined) {
    throw new ArtifactRejectedError(
      'bad_manifest',
      `kiln.json is not valid: '${printable(repeated)}' occurs twice`,
    );
  }
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => {
    const where = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
    return where === '' ? message : `${where.replace(/^\./, '')}: ${message}`;
  });
  throw new ArtifactRejectedError('bad_manifest', `kiln.json is not valid: ${problems.join('; ')}`);
}

/** Parses a JSON file of the artifact, whose name goes into the message when it is broken. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as unknown;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ArtifactRejectedError('bad_manifest', `${file} is not JSON: ${why}`, { cause });
  }
}
