import * as z from 'zod';
import type { ApprovalDecided } from '../approval/approval-record.ts';
import { readButton } from './approval-buttons.ts';

/** An interaction repeats its message, of a few KiB; Slack's blocks cannot come near this. */
const BODY_LIMIT_BYTES = 512 * 1024;

const id = z.string().regex(/^[A-Z][A-Z0-9]{1,30}$/);

// `team` is null where the app is installed for a whole organisation.
const payloadSchema = z.object({
  type: z.literal('block_actions'),
  user: z.object({
    id: z.string().regex(/^[UW][A-Z0-9]{1,30}$/),
    username: z.string().max(200).optional(),
    name: z.string().max(200).optional(),
    team_id: id.optional(),
  }),
  team: z.object({ id, enterprise_id: id.optional() }).nullish(),
  enterprise: z.object({ id }).nullish(),
  actions: z.tuple([z.object({ action_id: z.string().max(255), value: z.string().max(2000) })]),
});

type Payload = z.infer<typeof payloadSchema>;

/** A click on one of our buttons, or why a request is none. */
export type Interaction =
  | { readonly kind: 'decision'; readonly decided: ApprovalDecided }
  | { readonly kind: 'malformed'; readonly reason: string };

const malformed = (reason: string): Interaction => ({ kind: 'malformed', reason });

const readForm = (body: Uint8Array): string | undefined => {
  try {
    // Always UTF-8, whatever a header says about it; a compressed body is no UTF-8.
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** In a channel shared with other companies their people see the buttons, too. */
const comesFrom = ({ user, team, enterprise }: Payload, expected: string): boolean => {
  if (expected.startsWith('E')) {
    // Of a person of an organisation Slack may give either its id or the workspace's.
    const foreign = user.team_id?.startsWith('E') === true && user.team_id !== expected;
    return !foreign && (enterprise?.id === expected || team?.enterprise_id === expected);
  }
  const workspaces = [team?.id, user.team_id].filter((known) => known !== undefined);
  return workspaces.length > 0 && workspaces.every((workspace) => workspace === expected);
};

const nameOf = ({ username, name }: Payload['user']): string | undefined => username ?? name;

/** Reads the form that Slack posts when a button is clicked: one field `payload` with JSON. */
export const parseInteraction = (body: Uint8Array, expected: { readonly team?: string }): Interaction => {
  if (body.length > BODY_LIMIT_BYTES) return malformed('body too large');
  const form = readForm(body);
  if (form === undefined) return malformed('body is no UTF-8');
  const [text, ...more] = new URLSearchParams(form).getAll('payload');
  if (text === undefined) return malformed('payload missing');
  if (more.length > 0) return malformed('payload given twice');
  const json = readJson(text);
  if (json === undefined) return malformed('payload is no JSON');
  const { data: payload } = payloadSchema.safeParse(json);
  if (payload === undefined) return malformed('payload is no click on one button');
  if (expected.team !== undefined && !comesFrom(payload, expected.team))
    return malformed('another workspace');
  const [{ action_id: actionId, value }] = payload.actions;
  const button = readButton(actionId, value);
  if (button === undefined) return malformed('none of our buttons');
  const userName = nameOf(payload.user);
  return {
    kind: 'decision',
    decided: {
      ...button,
      user: payload.user.id,
      ...(userName === undefined ? {} : { userName }),
      via: 'slack',
    },
  };
};
