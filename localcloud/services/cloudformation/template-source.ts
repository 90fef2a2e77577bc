import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { CloudFormationDeps } from './deps.ts';
import { reasonOf, validationError } from './errors.ts';

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const bodyLimitBytes = 51_200;
const objectLimitBytes = 1_048_576;

/** Bucket and key of an S3 URL: the bucket in the path, or before the host's name. */
const objectOf = (url: string): { Bucket: string; Key: string } => {
  if (!URL.canParse(url)) throw validationError(`TemplateURL must be a URL of an S3 object, got '${url}'`);
  const { hostname, pathname, protocol } = new URL(url);
  const path = decodeURIComponent(pathname.slice(1));
  if (protocol === 's3:') return { Bucket: hostname, Key: path };
  const [, virtualHost] = /^(.+)\.s3[.-][a-z0-9.-]*amazonaws\.com$/.exec(hostname) ?? [];
  if (virtualHost !== undefined) return { Bucket: virtualHost, Key: path };
  const slash = path.indexOf('/');
  if (slash <= 0) throw validationError(`TemplateURL must be a URL of an S3 object, got '${url}'`);
  return { Bucket: path.slice(0, slash), Key: path.slice(slash + 1) };
};

const fetchTemplate = async ({ context }: CloudFormationDeps, url: string): Promise<string> => {
  const source = objectOf(url);
  try {
    const { Body } = await context.peers.s3.GetObject(
      source,
      context.asService('cloudformation.amazonaws.com'),
    );
    if (Body === undefined) return '';
    return Body instanceof Readable ? await text(Body) : Buffer.from(Body).toString('utf8');
  } catch (error) {
    throw validationError(`S3 error for '${source.Bucket}/${source.Key}': ${reasonOf(error)}`);
  }
};

/** The text of the template that a request brings in its body or names by URL. */
export const templateSource = async (
  deps: CloudFormationDeps,
  input: { readonly TemplateBody?: string | undefined; readonly TemplateURL?: string | undefined },
): Promise<string | undefined> => {
  const { TemplateBody, TemplateURL } = input;
  if (TemplateBody !== undefined && TemplateURL !== undefined) {
    throw validationError('Only one of TemplateBody or TemplateUrl may be specified.');
  }
  const body = TemplateURL === undefined ? TemplateBody : await fetchTemplate(deps, TemplateURL);
  const limit = TemplateURL === undefined ? bodyLimitBytes : objectLimitBytes;
  if (body !== undefined && Buffer.byteLength(body) > limit) {
    throw validationError(
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${limit}`,
    );
  }
  return body;
};
