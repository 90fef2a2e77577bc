import type { WireRequest } from '../protocols/wire.ts';
import type { Protocol, Service } from '../service.ts';

interface Identifiable {
  readonly service: Service;
}

// Read without judging: whatever is wrong with the signature is reported in the words of the service it names.
const signingNameOf = (request: WireRequest): string | undefined => {
  const credential =
    /Credential=([^,\s]+)/.exec(request.headers['authorization'] ?? '')?.[1] ??
    request.query.find(([name]) => name === 'X-Amz-Credential')?.[1];
  return credential?.split('/').at(-2);
};

const versionIn = (form: Uint8Array | undefined): string | undefined =>
  form === undefined
    ? undefined
    : (new URLSearchParams(Buffer.from(form).toString()).get('Version') ?? undefined);

/** True for an unsigned form: its service can only be found in the body. */
export const isUnsignedForm = (request: WireRequest): boolean =>
  signingNameOf(request) === undefined &&
  request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;

// A JSON client always names its target, and a form never has one; REST services speak one protocol each.
const canBe = (protocol: Protocol, { headers }: WireRequest): boolean => {
  if (protocol === 'query' || protocol === 'ec2') return headers['x-amz-target'] === undefined;
  return headers['content-type']?.startsWith(`application/x-amz-${protocol}`) === true;
};

/**
 * The service that a request is for: the signature names it; unsigned requests are recognised by their target or by the
 * API version of a form (`form`, the body), and everything else is for Amazon S3, which alone takes anonymous requests.
 * Of the candidates of one service it is the one in whose protocol the request is.
 */
export const identifyService = <T extends Identifiable>(
  candidates: readonly T[],
  request: WireRequest,
  form: Uint8Array | undefined,
): T | undefined => {
  const find = (wanted: (service: Service) => boolean): T | undefined => {
    const found = candidates.filter(({ service }) => wanted(service));
    return found.find(({ service }) => canBe(service.facts.protocol, request)) ?? found[0];
  };
  const signingName = signingNameOf(request);
  if (signingName !== undefined) return find(({ facts }) => facts.signingName === signingName);
  const target = request.headers['x-amz-target'];
  if (target !== undefined) {
    const prefix = target.slice(0, target.indexOf('.'));
    return find(({ facts }) => facts.target === prefix);
  }
  const version = new Map(request.query).get('Version') ?? versionIn(form);
  if (version !== undefined) return find(({ facts }) => facts.version === version);
  return find(({ facts }) => facts.protocol === 'rest-xml');
};
